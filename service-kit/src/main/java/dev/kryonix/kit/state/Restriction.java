package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.Set;

/**
 * How closed a tenant is at least, though what says so has not been made true yet.
 *
 * @param id the tenant's id
 * @param uid the tenant's uid
 * @param generation the generation that says so
 * @param serving whether calls are served
 * @param revoked ids of revoked tokens and API keys
 */
record Restriction(
    TenantId id, TenantUid uid, long generation, Serving serving, Set<String> revoked) {
  Restriction {
    revoked = Set.copyOf(revoked);
  }
}
