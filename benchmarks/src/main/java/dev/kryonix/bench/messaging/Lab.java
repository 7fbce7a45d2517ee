package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.bench.messaging.Costs.Spent;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What the measurements share.
 *
 * @param extent how much is measured
 * @param tenants those that publish
 * @param broker the broker beside its protocol
 * @param perfTest the peer
 * @param costs processor time
 * @param readings what was measured
 */
record Lab(
    Extent extent,
    Tenants tenants,
    BrokerApi broker,
    PerfTest perfTest,
    Costs costs,
    Readings readings) {
  /** The tenant that most is measured with; it keeps no history, as PerfTest does not. */
  static final String TENANT = "bench";

  private static final int PATIENCE_SECONDS = 30;
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** What compilers take in that time once there is little left for them. */
  private static final Duration COMPILED = Duration.ofMillis(100);

  /** The peer's queue, in the same vhost and of the same arguments. */
  static final String PEER_QUEUE = "perf.test";

  /** The same with a broker that has been started anew. */
  Lab with(Costs anew, PerfTest peer) {
    return new Lab(extent, tenants, broker, peer, anew, readings);
  }

  /** Publishes one message, as soon as the service and the broker let it. */
  PublishResponse awaitPublishing() throws InterruptedException {
    ManagedChannel channel = tenants.direct(TENANT).connect();
    try {
      for (int tries = 1; ; tries++) {
        try {
          return MessagingServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
              .publish(Treatment.PLAIN.request().build());
        } catch (StatusRuntimeException e) {
          if (tries == PATIENCE_SECONDS) {
            throw e;
          }
          Thread.sleep(Duration.ofSeconds(1));
        }
      }
    } finally {
      channel.shutdownNow();
    }
  }

  /**
   * Lets a load run until the JVMs that stay have compiled what it runs: for the time of a warm-up,
   * and as long again at most while their compilers are still at work.
   */
  void warmUp() throws InterruptedException {
    Thread.sleep(extent.warmUp());
    long began = System.nanoTime();
    Duration before = costs.compiling();
    Duration last = COMPILED.plus(COMPILED);
    while (last.compareTo(COMPILED) > 0 && System.nanoTime() - began < extent.warmUp().toNanos()) {
      Thread.sleep(LOOK);
      Duration now = costs.compiling();
      last = now.minus(before);
      before = now;
    }
  }

  /** Lets the load run warm, and counts for as long as a round does. */
  Reading measure(Period period, LongSupplier count, LatencyLog latencies)
      throws InterruptedException {
    Thread.sleep(period.warmUp());
    latencies.begin();
    long first = count.getAsLong();
    Spent before = costs.now();
    Thread.sleep(period.load());
    long last = count.getAsLong();
    Spent after = costs.now();
    if (last == first) {
      throw new IllegalStateException("nothing was done in " + period.load());
    }
    return Reading.of((double) (last - first), latencies.end(), after.minus(before));
  }

  /**
   * Notes a round, and says what it came to: the processor time of service, broker, gateway, load.
   */
  void add(String workload, String subject, Reading reading) {
    System.err.printf(
        "%s, %s: %,.0f a second; ms p50 %.1f p95 %.1f p99 %.1f; CPU in µs %.1f + %.1f + %.1f + %.1f%n",
        workload,
        subject,
        reading.perSecond(),
        reading.p50() / 1000,
        reading.p95() / 1000,
        reading.p99() / 1000,
        reading.cpu().service(),
        reading.cpu().broker(),
        reading.cpu().gateway(),
        reading.cpu().client());
    readings.add(workload, subject, reading);
  }

  /** Throws away what was published, and what the broker would have to do about it later. */
  void empty() throws IOException, InterruptedException {
    String vhost = Tenants.vhost(TENANT);
    broker.purge(vhost, Tenants.QUEUE);
    broker.purge(vhost, PEER_QUEUE);
    broker.beginLog();
  }
}
