package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.FulfilRequest;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.LeaseRequest;
import dev.kryonix.api.cache.v1.LeaseResponse;
import dev.kryonix.api.cache.v1.SetRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/**
 * Tenants that write, load, read and delete their own values all the time, each value naming its
 * tenant and key. Whatever happens to Redis, a call is answered in time, by one of the statuses
 * that say so, and a value is never another tenant's or another key's.
 */
final class Load implements AutoCloseable {
  private static final int KEYS = 200;

  /** Longer than the most patient service waits for Redis. */
  private static final long DEADLINE_SECONDS = 30;

  private static final long PAUSE_NANOS = 1_000_000;

  private final List<Thread> threads;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicLong lastRefusal = new AtomicLong();
  private final LongAdder done = new LongAdder();
  private final Map<Code, LongAdder> refusals = new ConcurrentHashMap<>();
  private final Map<String, Boolean> foreign = new ConcurrentHashMap<>();

  Load(Map<String, CacheServiceBlockingStub> tenants) {
    this.threads =
        tenants.entrySet().stream()
            .map(tenant -> Thread.ofVirtual().start(() -> work(tenant.getKey(), tenant.getValue())))
            .toList();
  }

  /** Writes all of a tenant's keys. What Redis is not ready for yet is tried again. */
  static void fill(String tenant, CacheServiceBlockingStub stub) {
    for (int i = 0; i < KEYS; i++) {
      SetRequest next = set(tenant, "k" + i, 10);
      RedisFaultsIT.patiently(() -> stub.set(next));
    }
  }

  private static SetRequest set(String tenant, String key, int length) {
    String value = tenant + "/" + key + "/" + "v".repeat(length);
    return SetRequest.newBuilder()
        .setModule("crm")
        .setType("temp")
        .setKey(key)
        .setValue(ByteString.copyFromUtf8(value))
        .setTtl(RedisFaultsIT.LONG)
        .build();
  }

  private void work(String tenant, CacheServiceBlockingStub stub) {
    Random random = new Random(tenant.hashCode());
    while (!stopped.get()) {
      String key = "k" + random.nextInt(KEYS);
      try {
        CacheServiceBlockingStub timed = stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
        int what = random.nextInt(12);
        if (what < 4) {
          timed.set(set(tenant, key, random.nextInt(500)));
        } else if (what == 4) {
          timed.delete(
              DeleteRequest.newBuilder().setModule("crm").setType("temp").setKey(key).build());
        } else if (what == 5) {
          lease(tenant, key, timed);
        } else {
          GetResponse found = timed.get(CacheProcess.get(key));
          String value = found.getValue().toStringUtf8();
          if (found.getHit() && !value.startsWith(tenant + "/" + key + "/")) {
            foreign.put(value, true);
          }
        }
        done.increment();
      } catch (StatusRuntimeException e) {
        refusals.computeIfAbsent(e.getStatus().getCode(), code -> new LongAdder()).increment();
        lastRefusal.set(System.nanoTime());
        // What is refused at once must not take the processor from who connects again.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Loads the value when that is left to the caller; what came between is no fault. */
  private static void lease(String tenant, String key, CacheServiceBlockingStub stub) {
    SetRequest value = set(tenant, key, 100);
    LeaseResponse answer =
        stub.lease(
            LeaseRequest.newBuilder()
                .setModule(value.getModule())
                .setType(value.getType())
                .setKey(key)
                .setLeaseTtl(Durations.fromSeconds(1))
                .build());
    if (!answer.hasLease()) {
      return;
    }
    try {
      stub.fulfil(
          FulfilRequest.newBuilder()
              .setModule(value.getModule())
              .setType(value.getType())
              .setKey(key)
              .setToken(answer.getLease().getToken())
              .setValue(value.getValue())
              .setTtl(value.getTtl())
              .build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Code.FAILED_PRECONDITION) {
        throw e;
      }
    }
  }

  /** How many calls were answered as asked. */
  long done() {
    return done.sum();
  }

  /** Waits until so many more calls were answered as asked. */
  void awaitDone(int more) {
    long before = done();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(done()).as("answers, but %s", refusals).isGreaterThan(before + more));
  }

  /**
   * Waits until no call has been refused for that long, and returns when the last one was, as by
   * {@link System#nanoTime}.
   */
  long awaitNoRefusal(Duration time) {
    AtomicLong last = new AtomicLong();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              last.set(lastRefusal.get());
              return System.nanoTime() - last.get() > time.toNanos();
            });
    return last.get();
  }

  /** The statuses other than OK that calls were answered with. */
  Map<Code, LongAdder> refusals() {
    return refusals;
  }

  @Override
  public void close() {
    stopped.set(true);
    Awaitility.await()
        .atMost(Duration.ofSeconds(2 * DEADLINE_SECONDS))
        .until(() -> threads.stream().noneMatch(Thread::isAlive));
    assertThat(foreign).as("values of others").isEmpty();
    assertThat(done.sum()).isPositive();
  }
}
