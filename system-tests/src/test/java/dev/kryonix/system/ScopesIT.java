package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A token does what its scopes say, and no more. */
@OnPlatform
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ScopesIT {
  private final Platform platform;
  private final TestTenant reader;

  ScopesIT(Platform platform) {
    this.platform = platform;
    reader = platform.newTenant(List.of("cache.read", "tenant.read"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT    | /v1/cache/crm/temp/k    | {\"value\": \"eA==\"}                                 | cache.write",
        "DELETE | /v1/cache/crm/temp/k    | ''                                                    | cache.write",
        "POST   | /v1/messages:publish    | {\"module\": \"crm\", \"operation\": \"leads.create\"} | messaging.publish",
        "POST   | /v1/backups             | {}                                                    | backup.run",
        "GET    | /v1/backups             | ''                                                    | backup.read",
        "PATCH  | /v1/tenants/{tenant}    | {\"displayName\": \"x\"}                              | tenant.write",
        "POST   | /v1/tenants/{tenant}/apiKeys | {\"displayName\": \"x\", \"scopes\": [\"cache.read\"]} | tenant.write",
        "POST   | /v1/tenants             | {\"tenant\": {\"displayName\": \"x\", \"plan\": \"pro\"}} | platform.admin",
        "POST   | /v1/tenants/{tenant}:suspend | {}                                               | platform.admin"
      })
  void aCallWithoutItsScopeIsDenied(String method, String path, String body, String scope) {
    RestAnswer answer = reader.rest().send(method, path.replace("{tenant}", reader.id()), body);

    assertThat(answer.status()).isEqualTo(403);
    Refusal refusal = Refusal.of(answer);
    assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(refusal.reason()).isEqualTo("SCOPE_MISSING");
    assertThat(refusal.metadata()).containsEntry("scope", scope);
  }

  @Test
  void aCallWithoutItsScopeIsDeniedOverGrpcInTheSameWords() {
    Refusal overGrpc =
        Refusal.ofCall(
            () ->
                CacheServiceGrpc.newBlockingStub(reader.grpc())
                    .set(
                        SetRequest.newBuilder()
                            .setModule("crm")
                            .setType("temp")
                            .setKey("k")
                            .build()));

    assertThat(overGrpc.code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(overGrpc)
        .isEqualTo(Refusal.of(reader.rest().send("PUT", "/v1/cache/crm/temp/k", "{}")));
  }

  @Test
  void aScopeOfTheTokenSuffices() {
    assertThat(reader.rest().get("/v1/cache/crm/temp/k").status()).isEqualTo(200);
    assertThat(reader.rest().get("/v1/tenants/" + reader.id()).status()).isEqualTo(200);
  }

  @Test
  void aTokenCannotHaveMoreScopesThanItsKey() {
    Refusal refusal =
        Refusal.of(
            platform
                .rest()
                .send(
                    "POST",
                    "/v1/token",
                    "{\"apiKey\": \"%s\", \"scopes\": [\"cache.write\"]}"
                        .formatted(reader.apiKey())));

    assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(refusal.reason()).isEqualTo("SCOPE_MISSING");
  }

  @Test
  void anUnknownApiKeyGetsNoToken() {
    RestAnswer answer =
        platform.rest().send("POST", "/v1/token", "{\"apiKey\": \"kry_abcdefghijkl_nonsense\"}");

    assertThat(answer.status()).isEqualTo(401);
    assertThat(Refusal.of(answer).reason()).isEqualTo("API_KEY_INVALID");
  }
}
