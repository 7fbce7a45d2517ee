package dev.kryonix.tenant.access;

import com.nimbusds.jose.jwk.ECKey;
import dev.kryonix.kit.identity.VerificationKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A key pair that signs tokens, in its time: published, then signing, then verifying only.
 *
 * @param pair the key pair
 * @param verifies its public part
 * @param created when it was made and published
 * @param signs when it begins to sign; empty for the next one, which is published ahead
 * @param retires when it leaves the key set; empty for the next one and the one that signs
 */
record SigningKey(
    ECKey pair,
    VerificationKey verifies,
    Instant created,
    Optional<Instant> signs,
    Optional<Instant> retires) {

  String id() {
    return pair.getKeyID();
  }

  boolean isNext() {
    return signs.isEmpty();
  }

  boolean hasBegun(Instant now) {
    return signs.filter(begin -> !now.isBefore(begin)).isPresent();
  }

  boolean hasRetired(Instant now) {
    return retires.filter(end -> !now.isBefore(end)).isPresent();
  }
}
