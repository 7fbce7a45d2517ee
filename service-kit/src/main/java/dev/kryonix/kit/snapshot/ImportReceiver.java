package dev.kryonix.kit.snapshot;

import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.ImportHeader;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One import: header, records, footer, in this order; then the switch. Called by one thread at a
 * time.
 */
final class ImportReceiver implements AutoCloseable {
  private final SnapshotStore store;
  private final SnapshotTenants tenants;
  private final InstantSource clock;
  private final Set<TenantUid> running;
  private final RecordCheck check = new RecordCheck();
  private final Map<String, Long> counts = new HashMap<>();
  private long expired;
  private @Nullable ImportTarget target;
  private @Nullable SnapshotImport staged;
  private @Nullable ImportReceipt earlier;
  private boolean hasFooter;
  private boolean closed;

  ImportReceiver(
      SnapshotStore store, SnapshotTenants tenants, InstantSource clock, Set<TenantUid> running) {
    this.store = store;
    this.tenants = tenants;
    this.clock = clock;
    this.running = running;
  }

  void accept(ImportRequest request) {
    switch (request.getItemCase()) {
      case HEADER -> begin(request.getHeader());
      case RECORD -> stage(request.getRecord());
      case FOOTER -> end(request.getFooter());
      case ITEM_NOT_SET -> throw SnapshotErrors.invalid("item", "must be set");
    }
  }

  /** Makes the switch and says what it came to. */
  ImportResponse finish() {
    if (!hasFooter) {
      throw SnapshotErrors.invalid("footer", "the stream ended without one; nothing was changed");
    }
    ImportReceipt receipt = earlier;
    if (receipt == null) {
      receipt = new ImportReceipt(counts, expired);
      started().commit(receipt);
    }
    return ImportResponse.newBuilder()
        .putAllCounts(receipt.counts())
        .setExpired(receipt.expired())
        .build();
  }

  /** Drops what is staged and not committed. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (staged != null) {
        staged.close();
      }
    } finally {
      if (target != null) {
        running.remove(target.uid());
      }
    }
  }

  private void begin(ImportHeader header) {
    if (target != null) {
      throw SnapshotErrors.invalid("header", "comes once, first");
    }
    SnapshotTenants.Named tenant =
        tenants.require("header.", header.getTenant(), header.getTenantUid());
    if (header.getImportId().isEmpty()) {
      throw SnapshotErrors.invalid("header.import_id", "must be set");
    }
    if (!running.add(tenant.uid())) {
      throw SnapshotErrors.importRunning(tenant.id());
    }
    ImportTarget begun =
        new ImportTarget(
            tenant.id(),
            tenant.uid(),
            header.getFormat(),
            new Selection(
                Set.copyOf(header.getCollectionsList()), Set.copyOf(header.getModulesList())),
            header.getImportId());
    target = begun;
    earlier = store.receipt(begun.uid(), begun.importId()).orElse(null);
    if (earlier == null) {
      staged = store.begin(begun);
    }
  }

  private void stage(Record record) {
    ImportTarget begun = begun();
    if (hasFooter) {
      throw SnapshotErrors.invalid("record", "must not follow the footer");
    }
    refuse("record", check.add(record));
    if (!begun.selection().has(record)) {
      throw SnapshotErrors.invalid(
          "record", "is not among the collections and modules that the header names");
    }
    if (earlier != null) {
      return;
    }
    if (hasExpired(record)) {
      expired++;
      return;
    }
    started().accept(record);
    counts.merge(record.getCollection(), 1L, Long::sum);
  }

  private void end(Footer footer) {
    begun();
    if (hasFooter) {
      throw SnapshotErrors.invalid("footer", "comes once, last");
    }
    refuse("footer", check.end(footer));
    hasFooter = true;
  }

  private boolean hasExpired(Record record) {
    if (!record.hasExpireTime()) {
      return false;
    }
    Timestamp end = record.getExpireTime();
    return !clock.instant().isBefore(Instant.ofEpochSecond(end.getSeconds(), end.getNanos()));
  }

  private ImportTarget begun() {
    if (target == null) {
      throw SnapshotErrors.invalid("header", "must be the first message");
    }
    return target;
  }

  private SnapshotImport started() {
    if (staged == null) {
      throw new IllegalStateException("nothing is staged");
    }
    return staged;
  }

  private static void refuse(String field, Optional<String> wrong) {
    wrong.ifPresent(
        description -> {
          throw SnapshotErrors.invalid(field, description);
        });
  }
}
