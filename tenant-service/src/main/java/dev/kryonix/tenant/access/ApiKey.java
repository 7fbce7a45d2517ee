package dev.kryonix.tenant.access;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;

/**
 * An API key without its secret.
 *
 * @param id its id, which stands in the secret key and is the subject of its tokens
 * @param tenant the tenant's id
 * @param uid the tenant's uid
 * @param displayName the name that people see
 * @param scopes what its tokens may do
 * @param created when it was created
 * @param expires when it expires; empty means never
 * @param revoked when it was revoked
 * @param lastUsed when a token was last issued for it, to the minute
 */
record ApiKey(
    String id,
    TenantId tenant,
    TenantUid uid,
    String displayName,
    SortedSet<String> scopes,
    Instant created,
    Optional<Instant> expires,
    Optional<Instant> revoked,
    Optional<Instant> lastUsed) {

  boolean isLive(Instant now) {
    return revoked.isEmpty() && expires.filter(end -> !now.isBefore(end)).isEmpty();
  }

  ApiKey revokedAt(Instant now) {
    return new ApiKey(
        id, tenant, uid, displayName, scopes, created, expires, Optional.of(now), lastUsed);
  }
}
