package dev.kryonix.bench.tenancy;

import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.report.Curve;
import dev.kryonix.bench.report.Goal;
import dev.kryonix.bench.report.Numbers;
import dev.kryonix.bench.report.Plot;
import dev.kryonix.bench.report.Report;
import dev.kryonix.bench.report.Table;
import dev.kryonix.bench.tenancy.Growth.Crowd;
import dev.kryonix.bench.tenancy.Growth.Memory;
import dev.kryonix.bench.tenancy.Growth.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What the run came to: goals, tables, curves. */
final class TenancyReport implements Report {
  private static final double MEBIBYTE = 1 << 20;
  private static final double KIBIBYTE = 1 << 10;

  /** So long a broker may be away for a restart: what decides how many tenants a cell takes. */
  private static final double LONGEST_RESTART_SECONDS = 60;

  private final Extent extent;
  private final Creations creations;
  private final List<Size> sizes;
  private final int queues;
  private final Suspensions suspensions;
  private final TokenRates tokens;
  private final Reconnection everything;
  private final List<Reconnection> differences;

  /** What others did on the machine when the run began, in processes that wanted to run. */
  private final String load;

  /** All creations: one at a time, twenty at once, and those that made the platform grow. */
  record Creations(Crowd alone, List<Crowd> atOnce, List<Crowd> growth) {
    Latencies together() {
      return new Latencies(
          atOnce.stream()
              .flatMap(crowd -> crowd.creations().stream())
              .mapToLong(creation -> creation.active().toNanos() / 1000)
              .toArray());
    }

    int provisioned() {
      return all().mapToInt(crowd -> crowd.creations().size()).sum();
    }

    int failures() {
      return all().mapToInt(Crowd::failures).sum();
    }

    private Stream<Crowd> all() {
      return Stream.concat(Stream.of(alone), Stream.concat(atOnce.stream(), growth.stream()));
    }
  }

  TenancyReport(
      Extent extent,
      Creations creations,
      List<Size> sizes,
      int queues,
      Suspensions suspensions,
      TokenRates tokens,
      List<Reconnection> reconnections,
      String load) {
    this.extent = extent;
    this.creations = creations;
    this.sizes = List.copyOf(sizes);
    this.queues = queues;
    this.suspensions = suspensions;
    this.tokens = tokens;
    this.everything = reconnections.getFirst();
    this.load = load;
    this.differences = reconnections.subList(1, reconnections.size());
  }

  @Override
  public String mode() {
    return extent.mode();
  }

  @Override
  public List<Goal> goals() {
    return List.of(
        Goal.atMost(
            "CreateTenant → ACTIVE with 8 modules, one at a time: median",
            millis(creations.alone().active(), 50),
            "ms",
            2000),
        Goal.atMost(
            "CreateTenant → ACTIVE with 8 modules, %d at once: p95".formatted(Growth.AT_ONCE),
            millis(creations.together(), 95),
            "ms",
            5000),
        Goal.atMost(
            "%,d tenants provisioned in one run: failures".formatted(creations.provisioned()),
            creations.failures(),
            "tenants",
            0),
        Goal.atMost(
            "queues declared per idle tenant", (double) queues / largest().vhosts(), "queues", 0),
        Goal.atMost(
            "suspend → refused at the gateway: p99 of %d".formatted(extent.suspensions()),
            millis(suspensions.refused(), 99),
            "ms",
            1000),
        Goal.atMost(
            "reconnect of a service that knows %,d tenants, %d of them changed: time"
                .formatted(extent.known(), TenancyBench.CHANGED),
            median(differences, each -> each.took().toNanos() / 1e6),
            "ms",
            1000),
        Goal.atMost(
            "the same: bytes both ways",
            median(differences, each -> each.bytes() / 1000.0),
            "kB",
            300));
  }

  @Override
  public String body() {
    return """
    All processes share the machine: RabbitMQ, PostgreSQL, Redis, the five services and this program. Times are taken by the caller, \
    through the gateway over gRPC; creations are watched with WatchTenant. The load average of the machine as the run began was %s; above 0.5 \
    other programs took their share, and the times are worse for it.

    %s
    The same platform with ever more tenants. *One more vhost* and *CreateTenant → ACTIVE* are medians of creations one at a time; the restart is from the \
    broker's start to its health check, with every vhost running; RabbitMQ's memory is its own figure.

    %s
    %s

    Memory per idle tenant, from the smallest to the largest size: *live* are the JVM's objects after a full collection, *RSS* is what the process holds, \
    which a JVM does not give back.

    %s
    %s
    %s
    """
        .formatted(
            load,
            creationTable().markdown(),
            sizeTable().markdown(),
            cap(),
            memoryTable().markdown(),
            tokensAndSuspensions(),
            reconnects());
  }

  @Override
  public Plot plot(String subtitle) {
    Plot plot = new Plot("Kryonix tenancy on one broker", subtitle);
    plot.panel(curve("One more vhost (less is better)", "ms", size -> millis(size.vhost(), 50)));
    plot.panel(
        curve("CreateTenant → ACTIVE (less is better)", "ms", size -> millis(size.active(), 50)));
    plot.panel(
        curve("Restart of the broker (less is better)", "s", size -> seconds(size.restart())));
    plot.panel(
        curve("Memory of RabbitMQ (less is better)", "MiB", size -> size.brokerBytes() / MEBIBYTE));
    return plot;
  }

  private Curve curve(String name, String unit, ToDoubleFunction<Size> of) {
    return new Curve(
        name,
        unit + " by vhosts",
        sizes.stream()
            .map(size -> new Curve.Point(size.vhosts(), of.applyAsDouble(size)))
            .toList());
  }

  private Table creationTable() {
    Table table =
        new Table(
            "CreateTenant → ACTIVE, 8 modules",
            "tenants",
            "failed",
            "median, ms",
            "p95, ms",
            "p99, ms",
            "a second");
    row(table, "one at a time", List.of(creations.alone()));
    row(table, "%d at once".formatted(Growth.AT_ONCE), creations.atOnce());
    if (!creations.growth().isEmpty()) {
      row(table, "%d at once, on and on".formatted(Growth.AT_ONCE), creations.growth());
    }
    return table;
  }

  private static void row(Table table, String name, List<Crowd> crowds) {
    Latencies active =
        new Latencies(
            crowds.stream()
                .flatMap(crowd -> crowd.creations().stream())
                .mapToLong(creation -> creation.active().toNanos() / 1000)
                .toArray());
    double took = crowds.stream().mapToDouble(crowd -> seconds(crowd.took())).sum();
    table.row(
        name,
        Integer.toString(active.count()),
        Integer.toString(crowds.stream().mapToInt(Crowd::failures).sum()),
        Numbers.format(millis(active, 50)),
        Numbers.format(millis(active, 95)),
        Numbers.format(millis(active, 99)),
        Numbers.format(active.count() / took));
  }

  private Table sizeTable() {
    Table table =
        new Table(
            "vhosts",
            "one more vhost, ms",
            "CreateTenant → ACTIVE, ms",
            "broker restart, s",
            "RabbitMQ, MiB",
            "per vhost, KiB");
    Size smallest = sizes.getFirst();
    for (Size size : sizes) {
      table.row(
          Integer.toString(size.vhosts()),
          Numbers.format(millis(size.vhost(), 50)),
          Numbers.format(millis(size.active(), 50)),
          Numbers.format(seconds(size.restart())),
          Numbers.format(size.brokerBytes() / MEBIBYTE),
          size == smallest
              ? "–"
              : Numbers.format(
                  (size.brokerBytes() - smallest.brokerBytes())
                      / KIBIBYTE
                      / (size.vhosts() - smallest.vhosts())));
    }
    return table;
  }

  /** The cap per cell that follows from the restart, by the line through the last two sizes. */
  private String cap() {
    Size last = largest();
    if (sizes.size() < 2) {
      return "";
    }
    Size before = sizes.get(sizes.size() - 2);
    double perVhost =
        (seconds(last.restart()) - seconds(before.restart())) / (last.vhosts() - before.vhosts());
    if (seconds(last.restart()) <= LONGEST_RESTART_SECONDS) {
      return "With %,d tenants the broker is back within %.0f s: a cell of this size takes as many, and how many more was not measured."
          .formatted(last.vhosts(), LONGEST_RESTART_SECONDS);
    }
    double cap = last.vhosts() - (seconds(last.restart()) - LONGEST_RESTART_SECONDS) / perVhost;
    return "A broker that shall be back within %.0f s takes about %,.0f tenants: the cap of a cell of this size."
        .formatted(LONGEST_RESTART_SECONDS, cap);
  }

  private Table memoryTable() {
    Table table =
        new Table(
            "process", "live, MiB", "RSS, MiB", "live per tenant, KiB", "RSS per tenant, KiB");
    Size from = sizes.getFirst();
    Size to = largest();
    double tenants = to.vhosts() - from.vhosts();
    for (int i = 0; i < to.processes().size(); i++) {
      Memory before = from.processes().get(i);
      Memory after = to.processes().get(i);
      table.row(
          after.process(),
          Numbers.format(after.liveBytes() / MEBIBYTE),
          Numbers.format(after.residentBytes() / MEBIBYTE),
          Numbers.format((after.liveBytes() - before.liveBytes()) / KIBIBYTE / tenants),
          Numbers.format((after.residentBytes() - before.residentBytes()) / KIBIBYTE / tenants));
    }
    return table;
  }

  private String tokensAndSuspensions() {
    return """
    Suspend → refused at the gateway, from the sending of the suspension, over %d tries of a tenant that calls without a pause: p50 %s ms, p99 %s ms; \
    resume → served: p50 %s ms, p99 %s ms.

    Tokens, through the gateway, 16 callers: %s issued a second (API key checked, ES256 signed); %s calls a second that each bring a token nobody has seen, \
    which the gateway and the cache service both verify, beside %s a second with one token that is remembered.
    """
        .formatted(
            extent.suspensions(),
            Numbers.format(millis(suspensions.refused(), 50)),
            Numbers.format(millis(suspensions.refused(), 99)),
            Numbers.format(millis(suspensions.served(), 50)),
            Numbers.format(millis(suspensions.served(), 99)),
            Numbers.format(tokens.issued()),
            Numbers.format(tokens.fresh()),
            Numbers.format(tokens.remembered()));
  }

  private String reconnects() {
    return """
    A service that knows %,d tenants (rows made by SQL, a state client of the benchmark's) and comes back after %d of them have changed has the difference \
    in %s ms with %s kB sent and %s kB received, medians of %d; one that has lost everything has it all in %s s with %s MB. Bytes are those of the messages \
    and their gRPC frames.
    """
        .formatted(
            extent.known(),
            TenancyBench.CHANGED,
            Numbers.format(median(differences, each -> each.took().toNanos() / 1e6)),
            Numbers.format(median(differences, each -> each.sent() / 1000.0)),
            Numbers.format(median(differences, each -> each.received() / 1000.0)),
            differences.size(),
            Numbers.format(seconds(everything.took())),
            Numbers.format(everything.bytes() / 1e6));
  }

  private Size largest() {
    return sizes.getLast();
  }

  private static double millis(Latencies latencies, double percent) {
    return latencies.percentile(percent) / 1000;
  }

  private static double seconds(java.time.Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static double median(List<Reconnection> all, ToDoubleFunction<Reconnection> of) {
    List<Double> sorted = new ArrayList<>(all.stream().map(of::applyAsDouble).sorted().toList());
    return sorted.get(sorted.size() / 2);
  }
}
