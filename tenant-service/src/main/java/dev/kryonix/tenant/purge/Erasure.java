package dev.kryonix.tenant.purge;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How far a tenant's erasure is.
 *
 * @param id the tenant's id, which a later tenant may have again
 * @param uid the tenant's uid
 * @param started when the purge began
 * @param finished when the last service had nothing left
 * @param destroyedKeys the ids of the tenant's keys, none of which is stored any more
 * @param parts what each service has done, by its name
 */
record Erasure(
    TenantId id,
    TenantUid uid,
    Instant started,
    Optional<Instant> finished,
    List<String> destroyedKeys,
    List<Part> parts) {

  /**
   * One service's part.
   *
   * @param service the service's name
   * @param finished when a census found nothing left
   * @param before the most objects of each kind that were counted before
   * @param after the objects of each kind that the census found
   */
  record Part(
      String service,
      Optional<Instant> finished,
      SortedMap<String, Long> before,
      SortedMap<String, Long> after) {}

  boolean allPartsFinished() {
    return parts.stream().allMatch(part -> part.finished().isPresent());
  }
}
