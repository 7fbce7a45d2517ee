package dev.kryonix.tenant.tenants;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Instant;

/**
 * A tenant.
 *
 * @param uid its identity for ever
 * @param id its id, which a later tenant may have again
 * @param profile what callers say of it
 * @param life its state
 * @param cell the broker and cache clusters that serve it
 * @param revision rises with every change
 * @param generation rises with every change of what services must make true
 */
public record Tenant(
    TenantUid uid,
    TenantId id,
    Profile profile,
    Life life,
    String cell,
    long revision,
    long generation) {

  /** Names the revision of this tenant and of no later one of the same id. */
  public String etag() {
    return Long.toHexString(revision) + "-" + uid.toString().substring(0, 8);
  }

  public Phase phase() {
    return life.phase();
  }

  /**
   * Served for the first time. The services made it so and need not be told: the generation stays.
   */
  public Tenant activatedAt(Instant now) {
    return new Tenant(uid, id, profile, life.active(now), cell, revision + 1, generation);
  }

  /** The next revision and generation. */
  Tenant changed(Profile newProfile, Life newLife) {
    return new Tenant(uid, id, newProfile, newLife, cell, revision + 1, generation + 1);
  }

  /** Erased: what is left is a tombstone that says nothing of the tenant but that it was. */
  public Tenant purged(Instant now) {
    return changed(profile.erased(), life.purgedAt(now));
  }

  /** The next revision and generation, with nothing else changed: keys were revoked, say. */
  public Tenant touched(Instant now) {
    return changed(profile, life.updatedAt(now));
  }
}
