package dev.kryonix.kit.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Puts this service's own token on the calls it makes. A token lives five minutes and is made anew
 * in time.
 */
public final class ServiceCredentials extends CallCredentials {
  private static final Duration LIFETIME = Duration.ofMinutes(5);
  private static final Duration RENEW_BEFORE = Duration.ofMinutes(1);

  private final String service;
  private final ServiceKeys keys;
  private final InstantSource clock;
  private volatile @Nullable Token current;

  public ServiceCredentials(String service, ServiceKeys keys, InstantSource clock) {
    this.service = service;
    this.keys = keys;
    this.clock = clock;
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    executor.execute(
        () -> {
          try {
            Metadata headers = new Metadata();
            headers.put(BearerToken.AUTHORIZATION, "Bearer " + token());
            applier.apply(headers);
          } catch (JOSEException e) {
            applier.fail(Status.UNAUTHENTICATED.withDescription("no service token").withCause(e));
          }
        });
  }

  private String token() throws JOSEException {
    Instant now = clock.instant();
    Token token = current;
    if (token == null || now.isAfter(token.renewAt())) {
      token = new Token(sign(now), now.plus(LIFETIME).minus(RENEW_BEFORE));
      current = token;
    }
    return token.text();
  }

  private String sign(Instant now) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(keys.own().getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer(TrustedIssuer.SERVICES_ISSUER)
                .audience(TrustedIssuer.SERVICES_AUDIENCE)
                .subject(service)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)))
                .build());
    jwt.sign(new ECDSASigner(keys.own()));
    return jwt.serialize();
  }

  private record Token(String text, Instant renewAt) {}
}
