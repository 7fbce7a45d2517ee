package dev.kryonix.kit.identity;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The public keys of the platform's own issuer, asked from the tenant service. */
public final class PlatformKeys implements KeyFetch {
  /**
   * So old the keys may be. A new key may sign sooner than that: whoever meets it first asks again.
   */
  private static final Duration FRESH = Duration.ofMinutes(1);

  /**
   * The tenant service publishes a key a minute before it signs with it, and a replica's answer may
   * be half a minute old. The rest is for clocks that differ and answers that take long.
   */
  private static final Duration AHEAD = Duration.ofSeconds(20);

  private static final long DEADLINE_SECONDS = 3;

  private final AccessServiceGrpc.AccessServiceBlockingStub issuer;

  private PlatformKeys(Channel tenantService) {
    this.issuer = AccessServiceGrpc.newBlockingStub(tenantService);
  }

  /** The keys, kept in memory. */
  public static KeySource from(Channel tenantService, InstantSource clock) {
    return new CachedKeys(
        TrustedIssuer.PLATFORM_ISSUER, new PlatformKeys(tenantService), FRESH, AHEAD, clock);
  }

  @Override
  public Map<String, VerificationKey> fetch() throws KeysUnavailableException {
    GetJwksResponse answer;
    try {
      answer =
          issuer
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .getJwks(GetJwksRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      throw new KeysUnavailableException("the tenant service does not answer", e);
    }
    List<JWK> keys = new ArrayList<>();
    for (Jwk jwk : answer.getKeysList()) {
      keys.add(key(jwk));
    }
    return Jwks.usable(keys, Set.of(TokenAlgorithm.ES256));
  }

  private static ECKey key(Jwk jwk) throws KeysUnavailableException {
    try {
      return new ECKey.Builder(
              Curve.parse(jwk.getCrv()), new Base64URL(jwk.getX()), new Base64URL(jwk.getY()))
          .keyID(jwk.getKid())
          .build();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new KeysUnavailableException("key " + jwk.getKid() + " is malformed", e);
    }
  }
}
