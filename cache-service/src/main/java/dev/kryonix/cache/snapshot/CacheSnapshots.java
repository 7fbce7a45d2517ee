package dev.kryonix.cache.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Envelope;
import dev.kryonix.cache.entry.Found;
import dev.kryonix.cache.entry.Head;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.sync.SyncEntries;
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
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.UUID;

/**
 * A tenant's entries, sessions, collections and offline queues for the backup service. The
 * addresses are taken at one instant; an entry that is overwritten while the export runs shows
 * either value, one that goes meanwhile is left out: a cache promises no more.
 */
@Singleton
final class CacheSnapshots implements SnapshotStore {
  static final String SOURCE = "cache";

  private static final int READ_AT_ONCE = 128;

  /** The contract's longest time to live, and a minute for clocks that differ. */
  private static final Duration MAX_TTL = Duration.ofDays(30).plusMinutes(1);

  /** While changes after an export's position must not be dropped, although it goes on for long. */
  private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(30);

  private final SecureRandom random = new SecureRandom();
  private final SnapshotRows rows;
  private final Envelope envelope;
  private final StoredRecords records;
  private final CacheChanges changes;
  private final TenantDirectory tenants;
  private final Spaces spaces;
  private final InstantSource clock;

  CacheSnapshots(
      SnapshotRows rows,
      Envelope envelope,
      StoredRecords records,
      CacheChanges changes,
      TenantDirectory tenants,
      Spaces spaces,
      InstantSource clock) {
    this.rows = rows;
    this.envelope = envelope;
    this.records = records;
    this.changes = changes;
    this.tenants = tenants;
    this.spaces = spaces;
    this.clock = clock;
  }

  @Override
  public String source() {
    return SOURCE;
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
    // Before anything is read, so that no change falls between the two.
    String position = changes.keep(tenant).text();
    Map<Section, List<SnapshotRows.Placed>> found = new EnumMap<>(Section.class);
    for (SnapshotRows.Placed each : rows.all(spaces.of(tenant))) {
      Section.of(each.address())
          .filter(section -> isSelected(section, each.address(), selection))
          .ifPresent(section -> found.computeIfAbsent(section, key -> new ArrayList<>()).add(each));
    }
    List<SnapshotRows.Placed> all = found.values().stream().flatMap(List::stream).toList();
    return new Export(tenant, all, position, clock.instant());
  }

  private static boolean isSelected(Section section, EntryKey address, Selection selection) {
    return selection.hasCollection(section.collection())
        && selection.hasModule(address.isPlatform() ? "" : address.module());
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
    private final List<SnapshotRows.Placed> addresses;
    private final String position;
    private final Instant time;
    private Instant renewed;
    private final Queue<Record> ready = new ArrayDeque<>();
    private int next;

    Export(TenantView tenant, List<SnapshotRows.Placed> addresses, String position, Instant time) {
      this.tenant = tenant;
      this.addresses = addresses;
      this.position = position;
      this.time = time;
      this.renewed = time;
    }

    @Override
    public String position() {
      return position;
    }

    @Override
    public Instant time() {
      return time;
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && next < addresses.size()) {
        keepChanges();
        List<SnapshotRows.Placed> some =
            addresses.subList(next, Math.min(next + READ_AT_ONCE, addresses.size()));
        List<Found> stored = rows.read(some);
        for (int i = 0; i < some.size(); i++) {
          record(some.get(i).address(), stored.get(i)).ifPresent(ready::add);
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

    private void keepChanges() {
      Instant now = clock.instant();
      if (now.isAfter(renewed.plus(BETWEEN_RENEWALS))) {
        changes.keep(tenant);
        renewed = now;
      }
    }

    /** What has expired or was flushed is not exported. */
    private Optional<Record> record(EntryKey address, Found found) {
      return found instanceof Found.Live(byte[] bytes, Head _)
          ? records.record(tenant, Section.of(address).orElseThrow(), address, bytes)
          : Optional.empty();
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
      EntryKey address = EntryRecords.address(record);
      Section section =
          Section.of(address)
              .filter(of -> of.collection().equals(record.getCollection()))
              .orElseThrow(() -> CommonErrors.invalidField("record", "not of that collection"));
      Instant expiry = expiry(section, record);
      Content content = EntryRecords.content(record, format);
      OptionalInt bucket = bucket(section, address, content);
      if (bucket.isPresent()) {
        Content restored = SyncEntries.restored(address, content, random.nextLong());
        byte[] sealed = envelope.seal(tenant, address, restored, false, section.isSecret());
        rows.stage(
            space.bucket(bucket.getAsInt()),
            stagingId,
            address,
            new SnapshotRows.Staged(sealed, expiry, content.serves()));
        stagedEntries++;
      }
    }

    private Instant expiry(Section section, Record record) {
      Instant now = clock.instant();
      if (!record.hasExpireTime()) {
        if (section.mayStay()) {
          return now.plus(SyncEntries.KEPT);
        }
        throw CommonErrors.invalidField("record.expire_time", "required");
      }
      Instant expiry = Instant.ofEpochSecond(record.getExpireTime().getSeconds());
      if (expiry.isAfter(now.plus(MAX_TTL))) {
        throw CommonErrors.invalidField("record.expire_time", "at most 30 days from now");
      }
      return expiry;
    }

    private OptionalInt bucket(Section section, EntryKey address, Content content) {
      try {
        return section.bucket(space, address, content);
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw CommonErrors.invalidField("record", "not what its address says");
      }
    }

    /** Records of before a section was backed up leave it as it is. */
    private SnapshotRows.Replaced replaced() {
      List<String> modules = new ArrayList<>();
      boolean entries = selection.hasCollection(Section.ENTRIES.collection());
      if (entries) {
        modules.addAll(selection.modules());
      }
      for (Section each : Section.values()) {
        if (each.isOfPlatform()
            && format >= EntryRecords.PLATFORM_FORMAT
            && selection.hasCollection(each.collection())
            && selection.hasModule("")) {
          modules.add(each.module());
        }
      }
      return new SnapshotRows.Replaced(entries && selection.modules().isEmpty(), modules);
    }

    @Override
    public void commit(ImportReceipt receipt) {
      SnapshotRows.Replaced replaced = replaced();
      if (!replaced.isNothing() && !rows.commit(space, stagingId, stagedEntries, replaced)) {
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
