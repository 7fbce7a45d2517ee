package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.tenant.v1.GatewayLimits;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.load.OpenLoop;
import dev.kryonix.bench.tenancy.LiveHeap;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many tenants with some queues each, most of them quiet. They publish at rates that fall with
 * their rank, and then one of them as fast as it can.
 */
final class Crowd {
  static final List<String> OPERATIONS =
      List.of("leads.create", "leads.update", "leads.qualify", "contacts.sync", "tasks.assign");

  private static final int AT_ONCE = 20;

  /** Calls a second of all but the flooding tenant. */
  private static final int BACKGROUND = 500;

  /** Calls a second of the tenant that is watched. */
  private static final int QUIET = 50;

  private static final int FLOODING_PRODUCERS = 4;

  private final Lab lab;
  private final Surroundings surroundings;

  Crowd(Lab lab, Surroundings surroundings) {
    this.lab = lab;
    this.surroundings = surroundings;
  }

  /**
   * What came of it.
   *
   * @param tenants how many there are
   * @param idleBytes live objects of the service for each tenant that does nothing
   * @param usedBytes the same for each that has published to its queues
   * @param residentBytes memory of the service for each of those
   * @param quiet latency of a quiet tenant's calls
   * @param flooded the same while another floods
   * @param flood messages a second that were confirmed to the flooding tenant
   * @param refused messages a second that were refused to it
   */
  record Outcome(
      int tenants,
      double idleBytes,
      double usedBytes,
      double residentBytes,
      Latencies quiet,
      Latencies flooded,
      double flood,
      double refused) {}

  Outcome measure() throws IOException, InterruptedException {
    long pid = surroundings.process("messaging").pid();
    int count = lab.extent().tenants();
    double before = LiveHeap.bytes(pid);
    long residentBefore = surroundings.process("messaging").residentBytes();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("crowd_%03d".formatted(i));
    }
    Limits limits =
        Limits.newBuilder()
            // Nobody consumes, and a full queue is not the limit that is meant here.
            .setMessaging(MessagingLimits.newBuilder().setQueueDepth(Tenants.DEPTH))
            .setGateway(GatewayLimits.newBuilder().setBurstPerSecond(1_000_000))
            .build();
    // The first has the plan that may publish more than the others together.
    each(
        names,
        name ->
            lab.tenants().create(name, name.equals(names.getFirst()) ? "pro" : "basic", limits));
    double idle = LiveHeap.bytes(pid);
    List<Target> targets = new ArrayList<>();
    names.forEach(name -> targets.add(lab.tenants().direct(name)));
    each(targets, Crowd::touch);
    double used = LiveHeap.bytes(pid);
    long residentAfter = surroundings.process("messaging").residentBytes();
    Latencies quiet;
    Latencies flooded;
    double flood;
    double refused;
    try (Background background = new Background(targets.subList(2, count), BACKGROUND)) {
      watch(targets.get(1), lab.extent().publishing().warmUp());
      quiet = watch(targets.get(1), lab.extent().overload());
      try (PublishStreams flooding =
          new PublishStreams(targets.getFirst(), Treatment.SEALED, FLOODING_PRODUCERS)) {
        Thread.sleep(lab.extent().publishing().warmUp());
        long confirmed = flooding.confirmedSoFar();
        long refusals = flooding.refused();
        flooded = watch(targets.get(1), lab.extent().overload());
        double seconds = lab.extent().overload().toMillis() / 1000.0;
        flood = (flooding.confirmedSoFar() - confirmed) / seconds;
        refused = (flooding.refused() - refusals) / seconds;
      }
      background.check();
    }
    return new Outcome(
        count,
        (idle - before) / count,
        (used - before) / count,
        (double) (residentAfter - residentBefore) / count,
        quiet,
        flooded,
        flood,
        refused);
  }

  /** Publishes once to each of the tenant's queues. */
  private static void touch(Target target) {
    ManagedChannel channel = target.connect();
    try {
      for (String operation : OPERATIONS) {
        PublishResponse unused =
            MessagingServiceGrpc.newBlockingStub(channel)
                .publish(Treatment.SEALED.request().setOperation(operation).build());
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static Latencies watch(Target target, Duration time)
      throws IOException, InterruptedException {
    ManagedChannel channel = target.connect();
    try {
      OpenLoop<PublishRequest, PublishResponse> loop =
          new OpenLoop<>(
              MessagingServiceGrpc.getPublishMethod(),
              Treatment.SEALED.request().setData(Payload.due(System.nanoTime())).build());
      return loop.run(channel, QUIET, time);
    } finally {
      channel.shutdownNow();
    }
  }

  private interface Work<T> {
    void on(T one);
  }

  private static <T> void each(List<T> all, Work<T> work) throws InterruptedException {
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      all.forEach(one -> done.add(threads.submit(() -> work.on(one))));
    }
    for (Future<?> one : done) {
      try {
        one.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }
}
