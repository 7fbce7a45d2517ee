package dev.kryonix.system.platform;

import java.time.Duration;
import java.time.Instant;

/**
 * A token of the shortest life that there is, which nobody has used. It is issued before the first
 * test, so that the others run while it expires.
 *
 * @param tenant whose it is
 * @param token the token
 * @param end when nobody accepts it any more
 */
public record ShortLivedToken(TestTenant tenant, String token, Instant end) {
  private static final Duration LIFE = Duration.ofSeconds(10);
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  static ShortLivedToken issue(Platform platform) {
    TestTenant tenant = platform.newTenant();
    String token = platform.operator().token(tenant.apiKey(), LIFE).getToken();
    return new ShortLivedToken(tenant, token, Instant.now().plus(LIFE).plus(CLOCK_SKEW));
  }
}
