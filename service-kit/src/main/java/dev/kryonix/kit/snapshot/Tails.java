package dev.kryonix.kit.snapshot;

import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.Change;
import dev.kryonix.api.snapshot.v1.TailChangesRequest;
import dev.kryonix.api.snapshot.v1.TailChangesResponse;
import dev.kryonix.kit.streams.StreamWriter;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;

/**
 * Writes change streams until the client goes, the tenant goes, or the place in the log is lost.
 * One batch of a stream is in memory at a time; a client that reads slowly finds the next one in
 * the log.
 */
@Singleton
@Requires(beans = {ChangeLog.class, SnapshotStore.class})
final class Tails {
  /** How long a stream without changes goes without a closed timestamp. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final ChangeLog log;
  private final SnapshotStore store;
  private final SnapshotTenants tenants;

  Tails(ChangeLog log, SnapshotStore store, SnapshotTenants tenants) {
    this.log = log;
    this.store = store;
    this.tenants = tenants;
  }

  void write(TailChangesRequest request, StreamWriter<TailChangesResponse> writer)
      throws InterruptedException {
    SnapshotTenants.Named tenant = require(request);
    if (request.getPosition().isEmpty()) {
      throw SnapshotErrors.invalid(
          "position", "must be set: that of an export, or of the last change received");
    }
    Instant closed = Instant.MIN;
    try (ChangeTail tail = log.tail(tenant.id(), tenant.uid(), request.getPosition())) {
      while (!writer.isEnded()) {
        // A tenant that has been removed has no changes any more.
        require(request);
        ChangeTail.Batch batch = tail.next(PATIENCE);
        for (Change change : batch.changes()) {
          check(change, closed);
          writer.write(TailChangesResponse.newBuilder().setChange(change).build());
        }
        if (batch.closed().isPresent() && batch.closed().get().isAfter(closed)) {
          closed = batch.closed().get();
          writer.write(TailChangesResponse.newBuilder().setClosedTime(timestamp(closed)).build());
        }
      }
    }
  }

  private SnapshotTenants.Named require(TailChangesRequest request) {
    return tenants.require("", request.getTenant(), request.getTenantUid());
  }

  /**
   * A source that breaks its word is a bug of ours: the stream ends before anybody relies on it.
   */
  private void check(Change change, Instant closed) {
    Timestamp at = change.getCommitTime();
    if (change.getPosition().isEmpty()
        || change.getOperationCase() == Change.OperationCase.OPERATION_NOT_SET
        || !Instant.ofEpochSecond(at.getSeconds(), at.getNanos()).isAfter(closed)) {
      throw new IllegalStateException(
          "source %s: a change without position or operation, or of a closed time, at %s"
              .formatted(store.source(), change.getPosition()));
    }
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
