package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.Document;
import dev.kryonix.api.cache.v1.DrainRequest;
import dev.kryonix.api.cache.v1.EnqueueRequest;
import dev.kryonix.api.cache.v1.EnqueueResponse;
import dev.kryonix.api.cache.v1.IncrementRequest;
import dev.kryonix.api.cache.v1.MergeStrategy;
import dev.kryonix.api.cache.v1.Mutation;
import dev.kryonix.api.cache.v1.OfflineOperation;
import dev.kryonix.api.cache.v1.SyncServiceGrpc;
import dev.kryonix.api.cache.v1.SyncServiceGrpc.SyncServiceBlockingStub;
import dev.kryonix.api.cache.v1.SyncServicePushRequest;
import dev.kryonix.api.cache.v1.Verdict;
import dev.kryonix.api.cache.v1.VerdictKind;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * A device that changes things which must change once: it pushes mutations, queues operations and
 * counts, and repeats whatever has no answer under the same id until it has one. What was done
 * twice shows: a mutation that meets its own first application is a conflict, an operation is in
 * the queue twice, a count is too high.
 */
final class OnceLoad implements AutoCloseable {
  private static final String DEVICE = "phone-1";
  private static final long PAUSE_NANOS = 10_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A request whose outcome is not known, or that finds no store or no memory, is repeated. */
  private static final Set<Code> REPEATED =
      Set.of(Code.UNAVAILABLE, Code.ABORTED, Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED);

  private final CacheServiceBlockingStub cache;
  private final SyncServiceBlockingStub sync;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Long> counted = new ArrayList<>();
  private final List<VerdictKind> verdicts = new ArrayList<>();
  private final Map<Code, String> refused = new ConcurrentHashMap<>();
  private final Thread thread;
  private final AtomicInteger rounds = new AtomicInteger();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private long version;

  OnceLoad(CacheServiceBlockingStub cache) {
    this.cache = cache;
    this.sync =
        SyncServiceGrpc.newBlockingStub(cache.getChannel())
            .withCallCredentials(cache.getCallOptions().getCredentials());
    this.thread = Thread.ofVirtual().start(this::work);
  }

  /** Waits until everything has been done so many times more. */
  void awaitRounds(int more) {
    int before = rounds.get();
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(rounds.get())
                    .as("rounds, but %s", refused)
                    .isGreaterThan(before + more));
  }

  private void work() {
    try {
      while (!stopped.get()) {
        push(rounds.get());
        enqueue(rounds.get());
        count(rounds.get());
        rounds.incrementAndGet();
        // The queue, which nobody drains, must not be full before a long test ends.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (RuntimeException | AssertionError e) {
      failures.add(e);
    }
  }

  /** Of one device, which has seen the document as it is, each mutation is applied. */
  private void push(int number) {
    Mutation mutation =
        Mutation.newBuilder()
            .setId("m-" + number)
            .setBaseVersion(version)
            .setStrategy(MergeStrategy.MERGE_STRATEGY_RETURN_BOTH)
            .setDocument(
                Document.newBuilder()
                    .setId("d")
                    .setFields(
                        Struct.newBuilder()
                            .putFields("n", Value.newBuilder().setNumberValue(number).build())))
            .build();
    SyncServicePushRequest request =
        SyncServicePushRequest.newBuilder()
            .setCollection("contacts")
            .setUser("ana")
            .setDevice(DEVICE)
            .addMutations(mutation)
            .build();
    Verdict verdict = answer(() -> timed(sync).push(request)).getVerdicts(0);
    version = verdict.getCurrent().getVersion();
    verdicts.add(verdict.getKind());
  }

  private void enqueue(int number) {
    OfflineOperation operation =
        OfflineOperation.newBuilder().setId("op-" + number).setKind("note").build();
    EnqueueRequest request =
        EnqueueRequest.newBuilder().setDevice(DEVICE).addOperations(operation).build();
    EnqueueResponse unused = answer(() -> timed(sync).enqueue(request));
  }

  private void count(int number) {
    IncrementRequest request =
        IncrementRequest.newBuilder()
            .setModule("crm")
            .setType("temp")
            .setKey("count")
            .setDelta(1)
            .setRequestId("r-" + number)
            .build();
    counted.add(
        answer(() -> cache.withDeadlineAfter(10, TimeUnit.SECONDS).increment(request)).getValue());
  }

  private static SyncServiceBlockingStub timed(SyncServiceBlockingStub stub) {
    return stub.withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private <T> T answer(Supplier<T> call) {
    long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        refused.put(e.getStatus().getCode(), String.valueOf(e.getStatus().getDescription()));
        if (!REPEATED.contains(e.getStatus().getCode()) || System.nanoTime() > giveUpAt) {
          throw e;
        }
      }
    }
  }

  /** Ends, with whatever is on its way answered. */
  @Override
  public void close() {
    stopped.set(true);
    Awaitility.await().atMost(PATIENCE.plusSeconds(30)).until(() -> !thread.isAlive());
    assertThat(failures).isEmpty();
    assertThat(rounds.get()).isPositive();
  }

  /** After the end, when the store has lost nothing: all was done, each once. */
  void assertAllWasDoneOnce() {
    assertThat(verdicts).containsOnly(VerdictKind.VERDICT_KIND_APPLIED);
    assertThat(queued())
        .containsExactlyElementsOf(IntStream.range(0, rounds.get()).boxed().toList());
    assertThat(counted)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, rounds.get()).mapToObj(each -> (long) each).toList());
  }

  /** After the end, when the store has lost some of the last changes: nothing was done twice. */
  void assertNothingWasDoneTwice() {
    List<Integer> queued = queued();
    assertThat(queued).isSorted().doesNotHaveDuplicates();
    assertThat(queued).as("what came last").endsWith(rounds.get() - 1);
    assertThat(counted.getLast()).isLessThanOrEqualTo(rounds.get());
    assertThat(verdicts.getLast())
        .isIn(VerdictKind.VERDICT_KIND_APPLIED, VerdictKind.VERDICT_KIND_CONFLICT);
  }

  /** The numbers of the operations that wait, in their order. */
  private List<Integer> queued() {
    List<Integer> numbers = new ArrayList<>();
    String through = "";
    while (true) {
      DrainRequest request =
          DrainRequest.newBuilder()
              .setDevice(DEVICE)
              .setAcknowledgeThrough(through)
              .setPageSize(500)
              .build();
      List<OfflineOperation> page = answer(() -> timed(sync).drain(request)).getOperationsList();
      if (page.isEmpty()) {
        return numbers;
      }
      page.forEach(each -> numbers.add(Integer.parseInt(each.getId().substring("op-".length()))));
      through = page.getLast().getId();
    }
  }
}
