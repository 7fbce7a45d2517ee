package dev.kryonix.cache.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Envelope;
import dev.kryonix.cache.entry.Found;
import dev.kryonix.cache.entry.Head;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.ImportTarget;
import dev.kryonix.kit.snapshot.Selection;
import dev.kryonix.kit.snapshot.SnapshotExport;
import dev.kryonix.kit.snapshot.SnapshotImport;
import dev.kryonix.kit.snapshot.SnapshotStore;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;

/**
 * A tenant's entries for the backup service. The addresses are taken at one instant; an entry that
 * is overwritten while the export runs shows either value, one that goes meanwhile is left out: a
 * cache promises no more.
 */
@Singleton
final class CacheSnapshots implements SnapshotStore {
  private static final int READ_AT_ONCE = 128;

  /** The contract's longest time to live, and a minute for clocks that differ. */
  private static final Duration MAX_TTL = Duration.ofDays(30).plusMinutes(1);

  private final SnapshotRows rows;
  private final Envelope envelope;
  private final TenantDirectory tenants;
  private final Spaces spaces;
  private final InstantSource clock;

  CacheSnapshots(
      SnapshotRows rows,
      Envelope envelope,
      TenantDirectory tenants,
      Spaces spaces,
      InstantSource clock) {
    this.rows = rows;
    this.envelope = envelope;
    this.tenants = tenants;
    this.spaces = spaces;
    this.clock = clock;
  }

  @Override
  public String source() {
    return "cache";
  }

  @Override
  public int format() {
    return EntryRecords.FORMAT;
  }

  @Override
  public SnapshotExport open(TenantId tenant, TenantUid uid, Selection selection) {
    return export(view(tenant, uid), selection);
  }

  @Override
  public SnapshotImport begin(ImportTarget target) {
    return replace(view(target.tenant(), target.uid()), target.format(), target.selection());
  }

  SnapshotExport export(TenantView tenant, Selection selection) {
    List<EntryKey> addresses =
        selection.hasCollection(EntryRecords.COLLECTION)
            ? rows.addresses(spaces.of(tenant)).stream()
                .filter(address -> !address.isPlatform())
                .filter(address -> selection.hasModule(address.module()))
                .toList()
            : List.of();
    return new Export(tenant, addresses, clock.instant());
  }

  SnapshotImport replace(TenantView tenant, int format, Selection selection) {
    return new Import(tenant, format, selection);
  }

  private TenantView view(TenantId tenant, TenantUid uid) {
    return tenants
        .find(tenant, uid)
        .orElseThrow(() -> CommonErrors.notFound("tenant", tenant.value()));
  }

  private final class Export implements SnapshotExport {
    private final TenantView tenant;
    private final TenantSpace space;
    private final List<EntryKey> addresses;
    private final Instant time;
    private final Queue<Record> ready = new ArrayDeque<>();
    private int next;

    Export(TenantView tenant, List<EntryKey> addresses, Instant time) {
      this.tenant = tenant;
      this.space = spaces.of(tenant);
      this.addresses = addresses;
      this.time = time;
    }

    @Override
    public String position() {
      return "";
    }

    @Override
    public Instant time() {
      return time;
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && next < addresses.size()) {
        List<EntryKey> some =
            addresses.subList(next, Math.min(next + READ_AT_ONCE, addresses.size()));
        List<Found> stored = rows.read(space, some);
        for (int i = 0; i < some.size(); i++) {
          record(some.get(i), stored.get(i)).ifPresent(ready::add);
        }
        next += some.size();
      }
      return !ready.isEmpty();
    }

    @Override
    public Record next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove();
    }

    @Override
    public void close() {}

    /** What has expired or was flushed is not exported. */
    private Optional<Record> record(EntryKey address, Found found) {
      if (!(found instanceof Found.Live(byte[] bytes, Head head))) {
        return Optional.empty();
      }
      return envelope
          .open(tenant, address, bytes)
          .map(content -> EntryRecords.record(address, content, head.expires()));
    }
  }

  private final class Import implements SnapshotImport {
    private final TenantView tenant;
    private final TenantSpace space;
    private final int format;
    private final Selection selection;
    private final String stagingId = UUID.randomUUID().toString();
    private long stagedEntries;

    Import(TenantView tenant, int format, Selection selection) {
      this.tenant = tenant;
      this.format = format;
      this.space = spaces.of(tenant);
      this.selection = selection;
    }

    @Override
    public void accept(Record record) {
      if (!record.getCollection().equals(EntryRecords.COLLECTION) || !record.hasExpireTime()) {
        throw CommonErrors.invalidField("record", "not a cache entry");
      }
      EntryKey address = EntryRecords.address(record);
      Instant expiry = Instant.ofEpochSecond(record.getExpireTime().getSeconds());
      if (expiry.isAfter(clock.instant().plus(MAX_TTL))) {
        throw CommonErrors.invalidField("record.expire_time", "at most 30 days from now");
      }
      Content content = EntryRecords.content(record, format);
      rows.stage(
          space,
          stagingId,
          address,
          new SnapshotRows.Staged(
              envelope.seal(tenant, address, content), expiry, content.serves()));
      stagedEntries++;
    }

    @Override
    public void commit(ImportReceipt receipt) {
      if (selection.hasCollection(EntryRecords.COLLECTION)
          && !rows.commit(space, stagingId, stagedEntries, selection.modules())) {
        throw CommonErrors.storeUnavailable(
            "redis", new IllegalStateException("staged entries have been lost"));
      }
    }

    @Override
    public void close() {
      rows.drop(space, stagingId);
    }
  }
}
