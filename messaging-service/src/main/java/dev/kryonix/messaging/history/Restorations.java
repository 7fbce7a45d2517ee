package dev.kryonix.messaging.history;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows until when a history may have been given messages by restores. Such messages lie behind
 * younger ones, so up to then its order is not that of time.
 */
@Singleton
final class Restorations {
  private static final Logger LOG = LoggerFactory.getLogger(Restorations.class);

  private final Database database;

  Restorations(Database database) {
    this.database = database;
  }

  /** Until when; the beginning of time when there was none. */
  Instant last(TenantView tenant) {
    Owner owner = Owner.of(tenant);
    try {
      return database.inTenant(
          owner.id(),
          tx ->
              Instant.ofEpochMilli(
                  tx.count(
                      """
                      SELECT coalesce(max(extract(epoch FROM coalesce(end_time, now())) * 1000), 0)::bigint
                        FROM imports WHERE tenant_uid = ? AND history""",
                      owner.uid().value())));
    } catch (ServiceException e) {
      LOG.debug("the history of tenant {} is read to its end", tenant.id(), e);
      return Instant.MAX;
    }
  }
}
