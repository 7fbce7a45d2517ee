package dev.kryonix.cache.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.Change;
import dev.kryonix.api.snapshot.v1.RecordKey;
import dev.kryonix.cache.entry.Bucket;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.kit.snapshot.ChangeTail;
import dev.kryonix.kit.snapshot.SnapshotErrors;
import dev.kryonix.kit.state.TenantView;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One reader's way through the changes of all of a tenant's buckets. Of an entry that changes again
 * before it is read only the last change is told, with its time.
 */
final class EntryTail implements ChangeTail {
  private static final int MOST_AT_ONCE = 64;
  private static final int BYTES_AT_ONCE = 1 << 20;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final long NOT_KNOWN = 0;

  private final ChangeStore store;
  private final StoredRecords records;
  private final Spaces spaces;
  private final Supplier<TenantView> tenant;
  private final List<ChangePosition.Place> at;
  private final long[] closed;
  private int next;

  /** A tail of a tenant as it is whenever it is asked for: its keys and its plan may change. */
  EntryTail(
      ChangeStore store,
      StoredRecords records,
      Spaces spaces,
      Supplier<TenantView> tenant,
      ChangePosition from) {
    this.store = store;
    this.records = records;
    this.spaces = spaces;
    this.tenant = tenant;
    this.at = new ArrayList<>(from.places());
    this.closed = new long[at.size()];
  }

  @Override
  public Batch next(Duration patience) throws InterruptedException {
    long begun = System.nanoTime();
    while (true) {
      List<Change> changes = look();
      if (!changes.isEmpty() || System.nanoTime() - begun >= patience.toNanos()) {
        return new Batch(changes, closed());
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  @Override
  public void close() {}

  /** The next changes of the first bucket in turn that has some. */
  private List<Change> look() {
    TenantView now = tenant.get();
    List<Bucket> buckets = spaces.of(now).buckets();
    if (buckets.size() != at.size()) {
      throw lost();
    }
    List<Change> changes = new ArrayList<>();
    for (int looked = 0; changes.isEmpty() && looked < at.size(); looked++) {
      look(now, next, buckets.get(next), changes);
      next = (next + 1) % at.size();
    }
    return changes;
  }

  private void look(TenantView now, int number, Bucket bucket, List<Change> changes) {
    ChangeStore.Page page =
        store
            .after(bucket, at.get(number), MOST_AT_ONCE, BYTES_AT_ONCE)
            .orElseThrow(EntryTail::lost);
    for (ChangeStore.Row row : page.rows()) {
      at.set(number, new ChangePosition.Place(at.get(number).era(), row.stamp()));
      Section.of(row.address()).ifPresent(section -> changes.add(change(now, section, row)));
    }
    page.closed().ifPresent(stamp -> closed[number] = stamp);
  }

  private Change change(TenantView now, Section section, ChangeStore.Row row) {
    Change.Builder change =
        Change.newBuilder()
            .setPosition(new ChangePosition(at).text())
            .setCommitTime(timestamp(row.stamp()));
    row.envelope()
        .flatMap(stored -> records.record(now, section, row.address(), stored))
        .ifPresentOrElse(
            change::setPut,
            () ->
                change.setDelete(
                    RecordKey.newBuilder()
                        .setCollection(section.collection())
                        .setKey(ByteString.copyFrom(row.address().bytes()))));
    return change.build();
  }

  /** What is closed in every bucket; what was closed once stays so. */
  private Optional<Instant> closed() {
    long all = Arrays.stream(closed).min().orElse(NOT_KNOWN);
    return all == NOT_KNOWN
        ? Optional.empty()
        : Optional.of(Instant.EPOCH.plus(all, ChronoUnit.MICROS));
  }

  private static Timestamp timestamp(long micros) {
    return Timestamp.newBuilder()
        .setSeconds(micros / 1_000_000)
        .setNanos((int) (micros % 1_000_000) * 1_000)
        .build();
  }

  private static RuntimeException lost() {
    return SnapshotErrors.positionLost(CacheSnapshots.SOURCE);
  }
}
