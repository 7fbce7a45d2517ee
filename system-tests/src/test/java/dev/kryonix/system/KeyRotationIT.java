package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.api.tenant.v1.RotateSigningKeyRequest;
import dev.kryonix.api.tenant.v1.RotateSigningKeyResponse;
import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A new signing key takes over, and not one token is refused meanwhile. */
@OnPlatform
final class KeyRotationIT {
  /** A key signs once it has been published for a minute. */
  private static final Duration BEGINS_WITHIN = Duration.ofSeconds(65);

  @Test
  void overARotationNoTokenIsRefusedByAnyService(Platform platform) throws ParseException {
    TestTenant tenant = platform.newTenant();
    Operator operator = platform.operator();
    assertAccepted(tenant.rest());

    RotateSigningKeyResponse rotated =
        operator
            .rest()
            .post("/v1/signingKeys:rotate", RotateSigningKeyRequest.getDefaultInstance())
            .as(RotateSigningKeyResponse.getDefaultInstance());

    assertThat(rotated.getRetiringKeysList()).isNotEmpty();
    String next = rotated.getSigningKey().getId();
    assertThat(
            platform
                .rest()
                .get("/.well-known/jwks.json")
                .as(GetJwksResponse.getDefaultInstance())
                .getKeysList())
        .as("what signs, what did, and what will after the next rotation")
        .extracting(Jwk::getKid)
        .contains(next, rotated.getRetiringKeys(0).getId())
        .hasSizeGreaterThan(1 + rotated.getRetiringKeysCount());
    Instant patience = Instant.now().plus(BEGINS_WITHIN);
    String signedBy;
    Instant asked;
    do {
      asked = Instant.now();
      // Each token is used the moment that it is there, by whatever key it is signed.
      String token = operator.token(tenant.apiKey()).getToken();
      assertAccepted(platform.rest().withToken(token));
      signedBy = SignedJWT.parse(token).getHeader().getKeyID();
    } while (!signedBy.equals(next) && asked.isBefore(patience));
    assertThat(signedBy).as("the new key signs").isEqualTo(next);
    assertAccepted(tenant.rest());
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
