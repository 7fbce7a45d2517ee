package dev.kryonix.bench.tenancy;

import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.process.Watched;
import dev.kryonix.bench.tenancy.ControlPlane.Creation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Tenants, ever more of them, and what the broker and the processes become by it. */
final class Growth {
  static final int AT_ONCE = 20;

  /** Creations one at a time at each size. */
  private static final int PROBES = 5;

  private final Surroundings surroundings;
  private final ControlPlane control;
  private final Broker broker;
  private final AtomicInteger names = new AtomicInteger();

  Growth(Surroundings surroundings, ControlPlane control, Broker broker) {
    this.surroundings = surroundings;
    this.control = control;
    this.broker = broker;
  }

  /**
   * The platform at one size.
   *
   * @param vhosts that the broker has
   * @param vhost milliseconds that making one more takes, one at a time
   * @param active milliseconds from CreateTenant to ACTIVE, one at a time
   * @param restart how long the broker takes from its start to serving
   * @param brokerBytes that the broker uses
   * @param processes with their memory
   */
  record Size(
      int vhosts,
      Latencies vhost,
      Latencies active,
      Duration restart,
      long brokerBytes,
      List<Memory> processes) {}

  /**
   * The memory of one process.
   *
   * @param process its name
   * @param liveBytes that a JVM's objects take after a full collection; NaN for others
   * @param residentBytes that the process holds
   */
  record Memory(String process, double liveBytes, double residentBytes) {}

  /**
   * Tenants that were created.
   *
   * @param creations those that became ACTIVE
   * @param failures those that did not
   * @param took all together
   */
  record Crowd(List<Creation> creations, int failures, Duration took) {
    Latencies active() {
      return new Latencies(
          creations.stream().mapToLong(creation -> creation.active().toNanos() / 1000).toArray());
    }
  }

  /** Creates tenants one after another. */
  Crowd alone(int count) {
    long began = System.nanoTime();
    List<Creation> creations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      creations.add(control.create(name()));
    }
    return new Crowd(creations, 0, Duration.ofNanos(System.nanoTime() - began));
  }

  /** Creates tenants, so many at once; one that fails is counted and not tried again. */
  Crowd atOnce(int count) throws InterruptedException {
    long began = System.nanoTime();
    List<Future<List<Creation>>> creators = new ArrayList<>();
    AtomicInteger left = new AtomicInteger(count);
    AtomicInteger failures = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(AT_ONCE, count); i++) {
        creators.add(threads.submit(() -> createWhileLeft(left, failures)));
      }
    }
    List<Creation> creations = new ArrayList<>();
    for (Future<List<Creation>> creator : creators) {
      try {
        creations.addAll(creator.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return new Crowd(creations, failures.get(), Duration.ofNanos(System.nanoTime() - began));
  }

  /** Looks at the platform as large as it is. */
  Size look() throws IOException, InterruptedException {
    List<Memory> processes = new ArrayList<>();
    for (String service : Surroundings.SERVICES) {
      Watched process = surroundings.process(service);
      processes.add(new Memory(service, LiveHeap.bytes(process.pid()), process.residentBytes()));
    }
    processes.add(
        new Memory("rabbitmq", Double.NaN, surroundings.process("rabbitmq").residentBytes()));
    int vhosts = broker.vhosts();
    long brokerBytes = broker.memoryBytes();
    Duration restart = broker.restart();
    // The first after a restart waits for messaging-service to find the broker again.
    control.create(name());
    Crowd probes = alone(PROBES);
    return new Size(
        vhosts,
        new Latencies(
            probes.creations().stream()
                .flatMap(creation -> creation.vhost().stream())
                .mapToLong(vhost -> vhost.toNanos() / 1000)
                .toArray()),
        probes.active(),
        restart,
        brokerBytes,
        processes);
  }

  private List<Creation> createWhileLeft(AtomicInteger left, AtomicInteger failures) {
    List<Creation> creations = new ArrayList<>();
    while (left.getAndDecrement() > 0) {
      String id = name();
      try {
        creations.add(control.create(id));
      } catch (RuntimeException e) {
        System.err.println("tenant " + id + " failed: " + e);
        failures.incrementAndGet();
      }
    }
    return creations;
  }

  private String name() {
    return "bench_" + names.incrementAndGet();
  }
}
