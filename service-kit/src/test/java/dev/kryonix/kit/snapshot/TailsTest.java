package dev.kryonix.kit.snapshot;

import static dev.kryonix.kit.snapshot.RecordCheckTest.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.Change;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.api.snapshot.v1.TailChangesRequest;
import dev.kryonix.api.snapshot.v1.TailChangesResponse;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.streams.LoopbackServer;
import dev.kryonix.kit.streams.StreamReader;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TailsTest {
  private static final String LOST = "0";

  private final ListLog log = new ListLog();
  private Optional<LoopbackServer> server = Optional.empty();

  @BeforeEach
  void start() throws IOException {
    ShelfStore store = new ShelfStore();
    SnapshotTenants tenants = new SnapshotTenants(Optional.empty());
    server =
        Optional.of(
            new LoopbackServer(
                new SnapshotEndpoint(
                    new Exports(store, tenants),
                    new Imports(store, tenants, InstantSource.system()),
                    Optional.of(new Tails(log, store, tenants)))));
  }

  @AfterEach
  void stop() {
    server.orElseThrow().close();
  }

  @Test
  void changesComeInOrderWithTheClosedTimeBehindThem() {
    log.add(batch(7, change(3), change(5)));

    try (StreamReader<TailChangesResponse> reader = tail("1")) {
      assertThat(reader.next().getChange()).isEqualTo(change(3));
      assertThat(reader.next().getChange()).isEqualTo(change(5));
      assertThat(reader.next().getClosedTime().getSeconds()).isEqualTo(7);
      log.add(batch(7));
      log.add(batch(9, change(8)));
      assertThat(reader.next().getChange()).isEqualTo(change(8));
      assertThat(reader.next().getClosedTime().getSeconds()).isEqualTo(9);
    }
    await().until(() -> log.open.get() == 0);
  }

  @Test
  void aSourceThatChangesAClosedTimeEndsTheStream() {
    log.add(batch(7, change(3)));
    log.add(batch(9, change(7)));

    try (StreamReader<TailChangesResponse> reader = tail("1")) {
      reader.next();
      reader.next();
      assertThat(refusal(reader).getCode()).isEqualTo(Code.INTERNAL);
    }
  }

  @Test
  void aPositionThatIsNotHeldIsLost() {
    try (StreamReader<TailChangesResponse> reader = tail(LOST)) {
      assertThat(refusal(reader).getCode()).isEqualTo(Code.ABORTED);
    }
  }

  @Test
  void aPositionIsNeeded() {
    try (StreamReader<TailChangesResponse> reader = tail("")) {
      Status refusal = refusal(reader);
      assertThat(refusal.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(refusal.getDescription()).contains("position");
    }
  }

  @Test
  void aClientThatReadsNothingLeavesTheChangesInTheLog() {
    ByteString large = ByteString.copyFrom(new byte[256 * 1024]);
    for (int i = 1; i <= 200; i++) {
      Change.Builder change = change(i).toBuilder();
      change.getPutBuilder().setValue(large);
      log.add(batch(i, change.build()));
    }

    try (StreamReader<TailChangesResponse> reader = tail("1")) {
      reader.next();
      await().during(Duration.ofMillis(300)).until(() -> log.batches.size() > 100);
    }
    await().until(() -> log.open.get() == 0);
  }

  private StreamReader<TailChangesResponse> tail(String position) {
    TailChangesRequest request =
        TailChangesRequest.newBuilder()
            .setTenant(ShelfStore.TENANT.value())
            .setTenantUid(ShelfStore.UID.toBytes())
            .setPosition(position)
            .build();
    return StreamReader.open(
        1,
        answers ->
            SnapshotSourceGrpc.newStub(server.orElseThrow().channel())
                .tailChanges(request, answers));
  }

  private static Status refusal(StreamReader<?> reader) {
    return catchThrowableOfType(StatusRuntimeException.class, reader::hasNext).getStatus();
  }

  private static Change change(int second) {
    return Change.newBuilder()
        .setPosition("p" + second)
        .setCommitTime(Timestamp.newBuilder().setSeconds(second))
        .setPut(record("entries", "k" + second, "v"))
        .build();
  }

  private static ChangeTail.Batch batch(int closed, Change... changes) {
    return new ChangeTail.Batch(List.of(changes), Optional.of(Instant.ofEpochSecond(closed)));
  }

  /** A log of batches that the test adds; counts who reads it. */
  private static final class ListLog implements ChangeLog {
    final BlockingQueue<ChangeTail.Batch> batches = new LinkedBlockingQueue<>();
    final AtomicInteger open = new AtomicInteger();

    void add(ChangeTail.Batch batch) {
      batches.add(batch);
    }

    @Override
    public ChangeTail tail(TenantId tenant, TenantUid uid, String position) {
      if (position.equals(LOST)) {
        throw SnapshotErrors.positionLost("cache");
      }
      open.incrementAndGet();
      return new ChangeTail() {
        @Override
        public Batch next(Duration patience) throws InterruptedException {
          Batch batch = batches.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
          return batch == null ? new Batch(List.of(), Optional.empty()) : batch;
        }

        @Override
        public void close() {
          open.decrementAndGet();
        }
      };
    }
  }
}
