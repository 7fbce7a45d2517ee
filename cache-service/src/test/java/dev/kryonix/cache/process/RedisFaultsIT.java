package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.kryonix.api.cache.v1.BatchSetRequest;
import dev.kryonix.api.cache.v1.BatchSetResponse;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.IncrementRequest;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.WriteCondition;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.cache.entry.RedisKind;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Faults of the Redis that stands alone, under load. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RedisFaultsIT {
  /**
   * The service is back in a second or so, and each call that takes as long as Redis may is a
   * refusal two seconds later. Where attempts to connect came twice as late each time it was half a
   * minute.
   */
  static final Duration SOON = Duration.ofSeconds(20);

  /** The life of entries that are counted in the end. */
  static final com.google.protobuf.Duration LONG = Durations.fromHours(1);

  private CacheProcess cache;

  /** Waits longer for Redis: what it refuses is not for want of an answer in time. */
  private CacheProcess patient;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    cache = new CacheProcess(RedisKind.STANDALONE, folder.resolve("cache"), Map.of());
    patient = new CacheProcess(RedisKind.STANDALONE, folder.resolve("patient"));
  }

  @AfterAll
  void stop() throws Exception {
    cache.stop();
    patient.stop();
  }

  @Test
  void whileRedisIsDeadCallsAreUnavailableAndItMendsByItself() throws Exception {
    Map<String, CacheServiceBlockingStub> tenants = tenants(cache, 4);
    OnceLoad once = once(cache);
    try (Load load = new Load(tenants);
        once) {
      load.awaitDone(500);
      once.awaitRounds(5);
      Engines.kill("redis");
      try {
        await().until(() -> load.refusals().containsKey(Code.UNAVAILABLE));
      } finally {
        Engines.mend("redis");
      }
      long restarted = System.nanoTime();
      load.awaitDone(500);
      long last = load.awaitNoRefusal(Duration.ofSeconds(2));

      assertThat(load.refusals().keySet())
          .as("of what is repeatable, and of what may have been done")
          .isSubsetOf(Code.UNAVAILABLE, Code.ABORTED);
      assertThat(Duration.ofNanos(last - restarted)).isLessThan(SOON);
      once.awaitRounds(5);
    }
    once.assertNothingWasDoneTwice();
    assertBooksAreRight(tenants);
  }

  /**
   * So long that of attempts to connect which come twice as late each time the next, a minute after
   * the loss, would be far away.
   */
  @Test
  void afterALongOutageItMendsAsSoonAsAfterAShortOne() throws Exception {
    Map<String, CacheServiceBlockingStub> tenants = tenants(cache, 2);
    try (Load load = new Load(tenants)) {
      load.awaitDone(100);
      Engines.kill("redis");
      long killed = System.nanoTime();
      try {
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> System.nanoTime() - killed > Duration.ofSeconds(34).toNanos());
      } finally {
        Engines.mend("redis");
      }
      long before = load.done();

      await().atMost(SOON).until(() -> load.done() > before + 100);
    }
  }

  /** More calls than are sent at once, so that some still wait for their turn. */
  @Test
  void whileRedisHangsEveryCallEnds() throws Exception {
    CacheServiceBlockingStub stub = cache.blocking(cache.tenant("basic", 10_000));
    patiently(() -> stub.set(set("kept", "v")));
    CacheServiceBlockingStub hurried = stub.withDeadlineAfter(Duration.ofSeconds(60));
    List<Future<Code>> calls = new ArrayList<>();
    List<Future<Code>> conditional = new ArrayList<>();
    SetRequest ifAbsent =
        set("once", "v").toBuilder().setCondition(WriteCondition.WRITE_CONDITION_IF_ABSENT).build();
    BatchSetRequest batch =
        BatchSetRequest.newBuilder()
            .addEntries(set("plain", "v"))
            .addEntries(ifAbsent.toBuilder().setKey("once in a batch"))
            .build();
    Future<BatchSetResponse> results;
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Engines.hold("redis");
      for (int i = 0; i < 150; i++) {
        calls.add(callers.submit(() -> code(() -> hurried.get(CacheProcess.get("kept")))));
        calls.add(callers.submit(() -> code(() -> hurried.set(set("new", "v")))));
        conditional.add(callers.submit(() -> code(() -> hurried.set(ifAbsent))));
      }
      results = callers.submit(() -> hurried.batchSet(batch));
      for (Future<Code> call : calls) {
        assertThat(call.get()).isEqualTo(Code.UNAVAILABLE);
      }
      for (Future<Code> call : conditional) {
        assertThat(call.get()).as("it may have been made").isEqualTo(Code.ABORTED);
      }
      assertThat(results.get().getResultsList())
          .extracting(each -> each.getStatus().getCode())
          .containsExactly(Code.UNAVAILABLE.value(), Code.ABORTED.value());
    } finally {
      Engines.release("redis");
    }
    assertThat(patiently(() -> stub.get(CacheProcess.get("kept"))).getHit()).isTrue();
  }

  /** Each waits for its turn with the one structure, and the turns take as long as Redis may. */
  @Test
  void whileRedisHangsEveryIncrementOfOneCounterEnds() throws Exception {
    CacheServiceBlockingStub stub = cache.blocking(cache.tenant("basic", 10_000));
    IncrementRequest increment =
        IncrementRequest.newBuilder()
            .setModule("crm")
            .setType("temp")
            .setKey("counter")
            .setDelta(1)
            .build();
    patiently(() -> stub.increment(increment));
    CacheServiceBlockingStub hurried = stub.withDeadlineAfter(Duration.ofSeconds(30));
    List<Future<Code>> calls = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Engines.hold("redis");
      for (int i = 0; i < 150; i++) {
        calls.add(callers.submit(() -> code(() -> hurried.increment(increment))));
      }
      for (Future<Code> call : calls) {
        assertThat(call.get()).isEqualTo(Code.UNAVAILABLE);
      }
    } finally {
      Engines.release("redis");
    }
    assertThat(patiently(() -> stub.increment(increment)).getValue()).isEqualTo(2);
  }

  private static Code code(Supplier<?> call) {
    try {
      Object unused = call.get();
      return Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  @Test
  void scriptsThatRedisHasForgottenAreSentAgain() throws Exception {
    Map<String, CacheServiceBlockingStub> tenants = tenants(patient, 2);
    OnceLoad once = once(patient);
    try (Load load = new Load(tenants);
        once) {
      for (int i = 0; i < 20; i++) {
        long before = load.done();
        assertThat(Engines.redis(Engines.standalonePort(), "script", "flush")).isEqualTo("OK");
        await().until(() -> load.done() > before + 50);
      }
      assertThat(load.refusals()).isEmpty();
      once.awaitRounds(5);
    }
    once.assertAllWasDoneOnce();
    assertBooksAreRight(tenants);
  }

  @Test
  void aRedisWithoutMemoryRefusesWritesServesReadsAndFreesByDeletion() throws Exception {
    CacheServiceBlockingStub stub = patient.blocking(patient.tenant("basic", 10_000));
    stub.set(set("kept", "v"));
    Map<String, CacheServiceBlockingStub> tenants = tenants(patient, 2);
    OnceLoad once = once(patient);
    try (Load load = new Load(tenants);
        once) {
      load.awaitDone(100);
      once.awaitRounds(5);
      withoutMemory(stub);
      once.awaitRounds(5);
      assertThat(load.refusals().keySet()).isSubsetOf(Code.RESOURCE_EXHAUSTED);
    }
    once.assertAllWasDoneOnce();
    assertBooksAreRight(tenants);
    stub.set(set("kept", "again"));
    assertThat(stub.get(CacheProcess.get("kept")).getHit()).isTrue();
  }

  private static void withoutMemory(CacheServiceBlockingStub stub) throws Exception {
    int port = Engines.standalonePort();
    String before = lastLine(Engines.redis(port, "config", "get", "maxmemory"));
    String used =
        Engines.redis(port, "info", "memory")
            .lines()
            .filter(line -> line.startsWith("used_memory:"))
            .findFirst()
            .orElseThrow()
            .substring("used_memory:".length())
            .strip();
    Engines.redis(port, "config", "set", "maxmemory", used);
    Set<Code> refusals = new HashSet<>();
    try {
      Random random = new Random(5);
      // More than was in use: of that some does not count against the limit, and some may end now.
      for (int i = 0; i < 2_000 && (i < 200 || refusals.isEmpty()); i++) {
        byte[] value = new byte[20_000];
        random.nextBytes(value);
        try {
          stub.set(set("k" + i, "").toBuilder().setValue(ByteString.copyFrom(value)).build());
        } catch (StatusRuntimeException e) {
          refusals.add(e.getStatus().getCode());
        }
      }
      assertThat(refusals).containsOnly(Code.RESOURCE_EXHAUSTED);
      assertThat(stub.get(CacheProcess.get("kept")).getValue().toStringUtf8()).isEqualTo("v");
      assertThat(
              stub.delete(
                      DeleteRequest.newBuilder()
                          .setModule("crm")
                          .setType("temp")
                          .setKey("kept")
                          .build())
                  .getDeleted())
          .isTrue();
    } finally {
      Engines.redis(port, "config", "set", "maxmemory", before);
    }
  }

  private static OnceLoad once(CacheProcess cache) throws Exception {
    return new OnceLoad(cache.blocking(cache.tenant("basic", 50_000)));
  }

  /**
   * Each tenant may write as many keys as its quota says: no more, and no fewer. What Redis is not
   * ready for yet is tried again.
   */
  static void assertBooksAreRight(Map<String, CacheServiceBlockingStub> tenants) {
    tenants.forEach(
        (name, stub) -> {
          Set<Integer> present = new HashSet<>();
          Code refused = Code.OK;
          for (int i = 0; i < 1000 && refused == Code.OK; i++) {
            try {
              SetRequest next = set("new" + i, name + "/new" + i + "/");
              patiently(() -> stub.set(next));
              present.add(i);
            } catch (StatusRuntimeException e) {
              refused = e.getStatus().getCode();
            }
          }
          assertThat(refused).isEqualTo(Code.RESOURCE_EXHAUSTED);
          int old = 0;
          for (int i = 0; i < 200; i++) {
            GetRequest one = CacheProcess.get("k" + i);
            old += patiently(() -> stub.get(one)).getHit() ? 1 : 0;
          }
          assertThat(old + present.size()).as("entries of %s", name).isEqualTo(300);
        });
  }

  /** The answer, after as many attempts as find the store away. */
  static <T> T patiently(Supplier<T> call) {
    long giveUpAt = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (true) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Code.UNAVAILABLE || System.nanoTime() > giveUpAt) {
          throw e;
        }
      }
    }
  }

  private static Map<String, CacheServiceBlockingStub> tenants(CacheProcess cache, int count)
      throws Exception {
    Map<String, CacheServiceBlockingStub> tenants = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      DesiredTenant tenant = cache.tenant("basic", 300);
      tenants.put(tenant.getId(), cache.blocking(tenant));
    }
    return tenants;
  }

  static SetRequest set(String key, String value) {
    return SetRequest.newBuilder()
        .setModule("crm")
        .setType("temp")
        .setKey(key)
        .setValue(ByteString.copyFromUtf8(value))
        .setTtl(LONG)
        .build();
  }

  private static String lastLine(String text) {
    return text.lines().reduce("", (before, line) -> line);
  }
}
