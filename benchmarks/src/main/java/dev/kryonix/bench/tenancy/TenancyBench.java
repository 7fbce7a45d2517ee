package dev.kryonix.bench.tenancy;

import com.google.protobuf.ByteString;
import dev.kryonix.bench.report.Report;
import dev.kryonix.bench.tenancy.Growth.Crowd;
import dev.kryonix.bench.tenancy.Growth.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The control plane: all measurements, in their order. */
public final class TenancyBench {
  static final int CHANGED = 10;

  private static final int DEFAULT_TENANTS = 300;
  private static final int QUICK_TENANTS = 60;
  private static final int WARM_UP = 3;
  private static final int OPENINGS = 5;
  private static final Duration TOLD_WITHIN = Duration.ofMinutes(2);

  private final Surroundings surroundings = Surroundings.fromEnvironment();
  private final Broker broker = new Broker(surroundings);
  private final Extent extent;

  /**
   * A benchmark of that size.
   *
   * @param tenants how many to provision; 0 leaves it open
   */
  public TenancyBench(boolean quick, int tenants) {
    extent =
        quick
            ? Extent.quick(tenants > 0 ? tenants : QUICK_TENANTS)
            : Extent.full(tenants > 0 ? tenants : DEFAULT_TENANTS);
  }

  /** Measures all, and gives what there is to say. */
  public Report run() throws IOException, InterruptedException {
    String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    try (ControlPlane control = new ControlPlane(surroundings)) {
      Growth growth = new Growth(surroundings, control, broker);
      say("warming up");
      String first = growth.alone(WARM_UP).creations().getFirst().id();
      Account account = Account.open(control, first);
      say("tokens");
      TokenRates tokens = TokenRates.measure(control, account, extent.load());
      say("%d suspensions", extent.suspensions());
      Suspensions suspensions = Suspensions.measure(control, account, extent.suspensions());
      List<Size> sizes = new ArrayList<>();
      say("the broker with %,d vhosts", broker.vhosts());
      sizes.add(growth.look());
      say("creations, one at a time and %d at once", Growth.AT_ONCE);
      Crowd alone = growth.alone(extent.alone());
      List<Crowd> atOnce = new ArrayList<>();
      for (int round = 0; round < extent.rounds(); round++) {
        atOnce.add(growth.atOnce(Growth.AT_ONCE));
      }
      List<Crowd> crowds = new ArrayList<>();
      for (int size : extent.sizes()) {
        int missing = size - broker.vhosts();
        if (missing > 0) {
          say("up to %,d tenants", size);
          crowds.add(growth.atOnce(missing));
        }
        say("the broker with %,d vhosts", broker.vhosts());
        sizes.add(growth.look());
      }
      int queues = broker.queues();
      return new TenancyReport(
          extent,
          new TenancyReport.Creations(alone, atOnce, crowds),
          sizes,
          queues,
          suspensions,
          tokens,
          reconnections(first),
          load);
    }
  }

  /**
   * A service that has everything but a few changes, several times; the first opening, from
   * nothing, comes before the others.
   */
  private List<Reconnection> reconnections(String model) throws IOException, InterruptedException {
    say("%,d simulated tenants", extent.known());
    // Any service that runs would make them true.
    Command.require(
        List.of(
            surroundings.launcher().toString(), "stop", "gateway", "messaging", "cache", "backup"),
        "");
    SimulatedTenants simulated = new SimulatedTenants(surroundings);
    simulated.add(model, extent.known());
    Map<ByteString, Long> known = new HashMap<>();
    List<Reconnection> openings = new ArrayList<>();
    openings.add(awaitTold(known, extent.known()));
    for (int i = 0; i < OPENINGS; i++) {
      simulated.change(CHANGED);
      openings.add(awaitTold(known, CHANGED));
    }
    return openings;
  }

  /**
   * Opens the stream until it brings that many updates, and keeps what they brought: tenant-service
   * hears of changed rows a moment after they are there.
   */
  private Reconnection awaitTold(Map<ByteString, Long> known, int updates)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    while (true) {
      Map<ByteString, Long> told = new HashMap<>(known);
      Reconnection opening = Reconnection.open(surroundings, told);
      if (opening.updates() >= updates) {
        known.putAll(told);
        return opening;
      }
      if (System.nanoTime() - began > TOLD_WITHIN.toNanos()) {
        throw new IllegalStateException(
            "tenant-service tells of %d changes and not of %d"
                .formatted(opening.updates(), updates));
      }
    }
  }

  private static void say(String line, Object... values) {
    System.err.printf(line + "%n", values);
  }
}
