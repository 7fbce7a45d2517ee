package dev.kryonix.kit.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.Jwk;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of the platform's own issuer, asked from the tenant service and kept. An unknown
 * key id leads to at most one question in ten seconds, so strangers cannot use it to hammer the
 * issuer; while the issuer is away the known keys go on working.
 */
public final class PlatformKeys implements KeySource {
  private static final Logger LOG = LoggerFactory.getLogger(PlatformKeys.class);
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(10);
  private static final Duration BETWEEN_FAILED_QUESTIONS = Duration.ofSeconds(1);
  private static final long DEADLINE_SECONDS = 3;

  private final AccessServiceGrpc.AccessServiceBlockingStub issuer;
  private final InstantSource clock;
  private final ReentrantLock asking = new ReentrantLock();
  private volatile Map<String, ECPublicKey> keys = Map.of();
  private volatile Instant staleAt = Instant.MIN;
  private volatile Instant nextQuestion = Instant.MIN;

  public PlatformKeys(Channel tenantService, InstantSource clock) {
    this.issuer = AccessServiceGrpc.newBlockingStub(tenantService);
    this.clock = clock;
  }

  @Override
  public Optional<ECPublicKey> find(String keyId) {
    ECPublicKey key = keys.get(keyId);
    Instant now = clock.instant();
    if (key == null && !now.isBefore(nextQuestion)) {
      ask();
      key = keys.get(keyId);
    } else if (key != null && now.isAfter(staleAt) && !now.isBefore(nextQuestion)) {
      Thread.startVirtualThread(this::ask);
    }
    return Optional.ofNullable(key);
  }

  @Override
  public boolean holds(String keyId) {
    // A key that is there is found without asking; when it has become stale it is asked for aside.
    return keys.containsKey(keyId) && find(keyId).isPresent();
  }

  private void ask() {
    asking.lock();
    try {
      if (clock.instant().isBefore(nextQuestion)) {
        return;
      }
      Map<String, ECPublicKey> answer = new HashMap<>();
      for (Jwk jwk :
          issuer
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .getJwks(GetJwksRequest.getDefaultInstance())
              .getKeysList()) {
        answer.put(jwk.getKid(), publicKey(jwk));
      }
      keys = Map.copyOf(answer);
      staleAt = clock.instant().plus(FRESH);
      nextQuestion = clock.instant().plus(BETWEEN_QUESTIONS);
    } catch (StatusRuntimeException | JOSEException e) {
      nextQuestion = clock.instant().plus(BETWEEN_FAILED_QUESTIONS);
      LOG.warn(
          "signing keys not refreshed, {} known keys stay in use: {}", keys.size(), e.toString());
    } finally {
      asking.unlock();
    }
  }

  private static ECPublicKey publicKey(Jwk jwk) throws JOSEException {
    return new ECKey.Builder(
            Curve.parse(jwk.getCrv()), new Base64URL(jwk.getX()), new Base64URL(jwk.getY()))
        .build()
        .toECPublicKey();
  }
}
