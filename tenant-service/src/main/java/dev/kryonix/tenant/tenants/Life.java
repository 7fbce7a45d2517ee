package dev.kryonix.tenant.tenants;

import java.time.Instant;
import java.util.Optional;

/**
 * A tenant's state and when it came to it.
 *
 * @param phase where the tenant stands
 * @param reason why it is suspended or being deleted, as the caller gave it, or empty
 * @param before where it stood before its deletion; only while being deleted
 * @param created when it was created
 * @param updated when it was last changed
 * @param activated when it was first served
 * @param deleted when it was deleted
 * @param purgeable when its grace period ends
 */
public record Life(
    Phase phase,
    String reason,
    Optional<Phase> before,
    Instant created,
    Instant updated,
    Optional<Instant> activated,
    Optional<Instant> deleted,
    Optional<Instant> purgeable) {

  static Life begin(Instant now) {
    return new Life(
        Phase.PROVISIONING,
        "",
        Optional.empty(),
        now,
        now,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  Life updatedAt(Instant now) {
    return new Life(phase, reason, before, created, now, activated, deleted, purgeable);
  }

  Life to(Phase next, String why, Instant now) {
    return new Life(next, why, before, created, now, activated, deleted, purgeable);
  }

  /** Served: now for the first time, or again. */
  Life active(Instant now) {
    return new Life(
        Phase.ACTIVE,
        "",
        Optional.empty(),
        created,
        now,
        Optional.of(activated.orElse(now)),
        Optional.empty(),
        Optional.empty());
  }

  Life deletedAt(Instant now, Instant purgeableAt, String why) {
    return new Life(
        Phase.DELETING,
        why,
        Optional.of(phase),
        created,
        now,
        activated,
        Optional.of(now),
        Optional.of(purgeableAt));
  }

  /** Gone for good. */
  Life purgedAt(Instant now) {
    return new Life(
        Phase.PURGED, "", Optional.empty(), created, now, activated, deleted, purgeable);
  }

  /** As it was before the deletion. */
  Life undeleted(Instant now) {
    return new Life(
        before.orElse(Phase.SUSPENDED),
        "",
        Optional.empty(),
        created,
        now,
        activated,
        Optional.empty(),
        Optional.empty());
  }
}
