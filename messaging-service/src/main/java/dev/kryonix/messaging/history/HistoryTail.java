package dev.kryonix.messaging.history;

import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.snapshot.SnapshotErrors;
import dev.kryonix.kit.state.TenantView;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is appended to a tenant's history after an offset, as snapshot records. There is nothing
 * while the tenant has no history, or the broker is away. Used by one thread.
 */
public final class HistoryTail implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryTail.class);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  private final HistoryRecords records;
  private long last;
  private long nextTry = System.nanoTime();
  private @Nullable HistoryReader reader;

  HistoryTail(HistoryRecords records, long after) {
    this.records = records;
    this.last = after;
  }

  /** The offset of what was read last. */
  public long last() {
    return last;
  }

  /**
   * The next record; empty when there is none in time. Refuses when the history does not have what
   * follows any more, or is another one.
   */
  public Optional<Record> next(TenantView tenant, long millis) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    HistoryReader open = open(tenant);
    if (open == null) {
      Thread.sleep(millis);
      return Optional.empty();
    }
    while (true) {
      long left = Math.max(0, (end - System.nanoTime()) / 1_000_000);
      Entry entry = open.next(left);
      if (entry == null) {
        return Optional.empty();
      }
      if (entry.offset() > last + 1) {
        throw SnapshotErrors.positionLost("messaging");
      }
      last = Math.max(last, entry.offset());
      if (!entry.queue().isEmpty()) {
        Optional<Record> record = records.record(tenant, entry);
        if (record.isPresent()) {
          return record;
        }
      }
    }
  }

  private @Nullable HistoryReader open(TenantView tenant) throws InterruptedException {
    HistoryReader known = reader;
    if (known != null && known.isOpen()) {
      return known;
    }
    close();
    if (System.nanoTime() - nextTry < 0) {
      return null;
    }
    nextTry = System.nanoTime() + BETWEEN_TRIES.toNanos();
    OptionalLong end;
    try {
      if (!records.exists(tenant)) {
        return null;
      }
      end = records.end(tenant);
      reader = records.open(tenant, last + 1);
    } catch (ServiceException e) {
      LOG.debug("the history of tenant {} is read later", tenant.id(), e);
      return null;
    }
    if (end.orElse(last) < last) {
      throw SnapshotErrors.positionLost("messaging");
    }
    return reader;
  }

  @Override
  public void close() {
    HistoryReader open = reader;
    reader = null;
    if (open != null) {
      open.close();
    }
  }
}
