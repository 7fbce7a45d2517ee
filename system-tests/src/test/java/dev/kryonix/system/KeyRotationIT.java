package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.RotateSigningKeyRequest;
import dev.kryonix.api.tenant.v1.RotateSigningKeyResponse;
import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A new signing key takes over, and tokens under the old one stay good. */
@OnPlatform
final class KeyRotationIT {
  // Whoever has just asked for keys asks again for an unknown one after ten seconds.
  private static final Duration KNOWN_WITHIN = Duration.ofSeconds(12);

  @Test
  void tokensUnderTheOldAndTheNewKeyAreAcceptedByEachService(Platform platform) {
    TestTenant tenant = platform.newTenant();
    Operator operator = platform.operator();

    RotateSigningKeyResponse rotated =
        operator
            .rest()
            .post("/v1/signingKeys:rotate", RotateSigningKeyRequest.getDefaultInstance())
            .as(RotateSigningKeyResponse.getDefaultInstance());

    assertThat(rotated.getRetiringKeysList()).isNotEmpty();
    assertThat(
            platform
                .rest()
                .get("/.well-known/jwks.json")
                .as(GetJwksResponse.getDefaultInstance())
                .getKeysList())
        .extracting(key -> key.getKid())
        .contains(rotated.getSigningKey().getId(), rotated.getRetiringKeys(0).getId());
    assertAccepted(tenant.rest());
    Rest renewed = platform.rest().withToken(operator.token(tenant.apiKey()).getToken());
    await().atMost(KNOWN_WITHIN).untilAsserted(() -> assertAccepted(renewed));
  }

  private static void assertAccepted(Rest rest) {
    assertThat(rest.get("/v1/cache/crm/temp/k").status()).isEqualTo(200);
    assertThat(rest.get("/v1/backups").status()).isEqualTo(200);
    assertThat(
            rest.send(
                    "POST",
                    "/v1/messages:publish",
                    "{\"module\": \"crm\", \"operation\": \"leads.create\"}")
                .status())
        .isEqualTo(200);
  }
}
