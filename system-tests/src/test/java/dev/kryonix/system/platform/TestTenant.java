package dev.kryonix.system.platform;

import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.story.TenantApp;
import io.grpc.Channel;

/**
 * A tenant of a test.
 *
 * @param platform where it is
 * @param id its id
 * @param apiKey a secret API key of it
 * @param token a token of that key
 */
public record TestTenant(Platform platform, String id, String apiKey, String token) {
  /** An application of the tenant. */
  public TenantApp app() {
    return platform.app(token);
  }

  public Rest rest() {
    return platform.rest().withToken(token);
  }

  public Channel grpc() {
    return platform.grpc().withToken(token);
  }
}
