package dev.kryonix.bench.gateway;

import dev.kryonix.bench.load.ClosedLoop;
import dev.kryonix.bench.load.H2load;
import dev.kryonix.bench.load.Subject;
import dev.kryonix.bench.load.Workload;
import dev.kryonix.bench.process.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Heap that the gateway takes.
 *
 * @param perCall bytes for a unary call of 100 B, both ways together
 * @param perMessage bytes for a message of 1 KiB in a long server stream
 */
record Allocation(double perCall, double perMessage) {
  /** So many messages that what the call itself takes does not show. */
  private static final int LONG_STREAM = 1000;

  /** So few calls at once that many end in the time given. */
  private static final int CONNECTIONS = 8;

  private static final Duration TIME = Duration.ofSeconds(2);

  static Allocation measure(H2load generator, Workloads workloads, Subject gateway, Path folder)
      throws IOException, InterruptedException {
    Workload unary = workloads.grpc().getFirst();
    return new Allocation(
        bytes(generator, unary, gateway, folder),
        bytes(generator, workloads.stream(LONG_STREAM), gateway, folder));
  }

  private static double bytes(H2load generator, Workload workload, Subject gateway, Path folder)
      throws IOException, InterruptedException {
    Recording recording = Recording.ofAllocation(gateway.process().pid(), folder);
    ClosedLoop loop = generator.run(workload.withConnections(CONNECTIONS), gateway, TIME);
    recording.end();
    return (double) recording.allocatedBytes() / loop.answers() / workload.perCall();
  }
}
