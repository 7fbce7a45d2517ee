package dev.kryonix.bench.gateway;

import com.linecorp.armeria.common.util.Version;
import dev.kryonix.bench.load.Figures;
import dev.kryonix.bench.load.Frames;
import dev.kryonix.bench.load.Sample;
import dev.kryonix.bench.report.Goal;
import dev.kryonix.bench.report.Numbers;
import dev.kryonix.bench.report.Plot;
import dev.kryonix.bench.report.Report;
import dev.kryonix.bench.report.Spread;
import dev.kryonix.bench.report.Table;
import io.grpc.internal.GrpcUtil;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What the run came to: goals, tables, a plot. */
public final class GatewayReport implements Report {
  private static final List<String> PROXIES = List.of("gateway", "nginx");
  private static final List<String> GRPC = List.of("direct", "gateway", "nginx");
  private static final List<String> REST = List.of("gateway", "Armeria", "Armeria alone");
  private static final List<String> GRPC_WORKLOADS =
      List.of(Workloads.SMALL, Workloads.LARGE, Workloads.STREAM);
  private static final List<String> REST_WORKLOADS =
      List.of(Workloads.REST_SMALL, Workloads.REST_LARGE);
  private static final double GIBIBYTE = 1 << 30;
  private static final double MEBIBYTE = 1 << 20;

  private final Surroundings surroundings;
  private final Extent extent;
  private final Figures figures;
  private final Map<String, Long> memory;
  private final Allocation allocation;
  private final IdleStreams idle;
  private final List<Map.Entry<String, Double>> frames;

  GatewayReport(
      Surroundings surroundings,
      Extent extent,
      Figures figures,
      Map<String, Long> memory,
      Allocation allocation,
      IdleStreams idle,
      List<Map.Entry<String, Double>> frames) {
    this.surroundings = surroundings;
    this.extent = extent;
    this.figures = figures;
    this.memory = memory;
    this.allocation = allocation;
    this.idle = idle;
    this.frames = frames;
  }

  @Override
  public String mode() {
    return extent.mode();
  }

  @Override
  public List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    for (String workload : GRPC_WORKLOADS) {
      goals.add(
          Goal.atLeast(
              workload + ": throughput at least nginx's, with the JWT check on",
              median(workload, "gateway", Sample::perSecond),
              "per second",
              median(workload, "nginx", Sample::perSecond)));
      goals.add(
          Goal.atMost(
              workload + ": processor time at most nginx's",
              median(workload, "gateway", Sample::cpuMicros),
              "µs",
              median(workload, "nginx", Sample::cpuMicros)));
    }
    goals.add(added("p50", Sample::p50));
    goals.add(added("p99", Sample::p99));
    for (String workload : REST_WORKLOADS) {
      goals.add(
          Goal.atLeast(
              workload + ": throughput at least Armeria's, with the JWT check on",
              median(workload, "gateway", Sample::perSecond),
              "per second",
              median(workload, "Armeria", Sample::perSecond)));
    }
    goals.add(
        Goal.atMost(
            "%,d idle server streams: resident memory".formatted(idle.streams()),
            idle.bytesWith() / MEBIBYTE,
            "MiB",
            GIBIBYTE / MEBIBYTE));
    goals.add(
        Goal.atMost(
            Workloads.STREAM + ": heap taken per message at most its frame",
            allocation.perMessage(),
            "bytes",
            frameBytes()));
    return goals;
  }

  private Goal added(String percentile, ToDoubleFunction<Sample> of) {
    return Goal.atMost(
        "one stream: added latency at most nginx's, " + percentile,
        figures.added(GatewayBench.ONE_STREAM, "gateway", "direct", of).median(),
        "µs",
        figures.added(GatewayBench.ONE_STREAM, "nginx", "direct", of).median());
  }

  @Override
  public String body() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        Medians of %d alternating rounds of %.1f s each (lowest–highest round); all processes share the machine with the load. \
        Latencies are in µs, those of the first two tables under full load. CPU is the proxy's processor time for one request or message, user and kernel; \
        for *direct* it is the echo service's. The gateway checks the JWT and the tenant's state of every call; nginx and Armeria check nothing.

        """
            .formatted(extent.rounds(), extent.load().toMillis() / 1000.0));
    out.append("gRPC, 8 connections with 8 open calls each:\n\n");
    out.append(loops(GRPC_WORKLOADS, GRPC).markdown());
    out.append(
        "\nREST (HTTP/1.1, JSON) to gRPC, 64 connections. *Armeria* forwards to the same echo service as the gateway;"
            + " *Armeria alone* answers in its own process, and is here for information:\n\n");
    out.append(loops(REST_WORKLOADS, REST).markdown());
    out.append(
        "\nLatency of %s at one connection and %d calls/s at fixed times, counted from when a call was due:\n\n"
            .formatted(Workloads.SMALL, GatewayBench.RATE));
    out.append(oneStream().markdown());
    out.append("\nMemory (RSS) after the load: ");
    out.append(
        String.join(
            ", ",
            memory.entrySet().stream()
                .map(e -> e.getKey() + " " + Numbers.format(e.getValue() / MEBIBYTE) + " MiB")
                .toList()));
    out.append(
        ". With %,d idle server streams over %d connections the gateway has %s MiB, and had %s MiB before.\n"
            .formatted(
                idle.streams(),
                idle.connections(),
                Numbers.format(idle.bytesWith() / MEBIBYTE),
                Numbers.format(idle.bytesBefore() / MEBIBYTE)));
    out.append(
        "\nHeap that the gateway takes: %s bytes for a unary call of 100 B; %s bytes for a message of 1 KiB in a long stream, whose frame is %s bytes.\n"
            .formatted(
                Numbers.format(allocation.perCall()),
                Numbers.format(allocation.perMessage()),
                Numbers.format(frameBytes())));
    out.append(headroom());
    out.append(processes());
    if (!frames.isEmpty()) {
      Table table = new Table("running method", "% of samples");
      frames.forEach(
          frame -> table.row("`" + frame.getKey() + "`", Numbers.format(frame.getValue())));
      out.append("\nWhere the gateway's time goes under %s:\n\n".formatted(Workloads.SMALL));
      out.append(table.markdown());
    }
    return out.toString();
  }

  @Override
  public Plot plot(String subtitle) {
    Plot plot = new Plot("Kryonix gateway beside its peers", subtitle);
    for (String workload : GRPC_WORKLOADS) {
      String unit = workload.equals(Workloads.STREAM) ? "message" : "request";
      plot.panel(
          workload + ": throughput (more is better)",
          unit + "s per second",
          figures.bars(workload, GRPC, Sample::perSecond));
      plot.panel(
          workload + ": processor time (less is better)",
          "µs of the proxy per " + unit,
          figures.bars(workload, PROXIES, Sample::cpuMicros));
    }
    plot.panel(
        "One stream: added latency, p50 (less is better)", "µs over direct", added(Sample::p50));
    plot.panel(
        "One stream: added latency, p99 (less is better)", "µs over direct", added(Sample::p99));
    for (String workload : REST_WORKLOADS) {
      plot.panel(
          workload + ": throughput (more is better)",
          "requests per second",
          figures.bars(workload, REST, Sample::perSecond));
    }
    return plot;
  }

  private Map<String, Spread> added(ToDoubleFunction<Sample> of) {
    Map<String, Spread> bars = new LinkedHashMap<>();
    for (String proxy : PROXIES) {
      bars.put(proxy, figures.added(GatewayBench.ONE_STREAM, proxy, "direct", of));
    }
    return bars;
  }

  private Table loops(List<String> workloads, List<String> subjects) {
    Table table = new Table("workload", "through", "per second", "p50", "p95", "p99", "CPU, µs");
    for (String workload : workloads) {
      for (String subject : subjects) {
        table.row(
            workload,
            subject,
            figures.spread(workload, subject, Sample::perSecond).format(),
            Numbers.format(median(workload, subject, Sample::p50)),
            Numbers.format(median(workload, subject, Sample::p95)),
            Numbers.format(median(workload, subject, Sample::p99)),
            figures.spread(workload, subject, Sample::cpuMicros).format());
      }
    }
    return table;
  }

  private Table oneStream() {
    Table table = new Table("through", "p50", "p95", "p99", "added p50", "added p99");
    for (String subject : GRPC) {
      table.row(
          subject,
          figures.spread(GatewayBench.ONE_STREAM, subject, Sample::p50).format(),
          figures.spread(GatewayBench.ONE_STREAM, subject, Sample::p95).format(),
          figures.spread(GatewayBench.ONE_STREAM, subject, Sample::p99).format(),
          addedMedian(subject, Sample::p50),
          addedMedian(subject, Sample::p99));
    }
    return table;
  }

  private String addedMedian(String subject, ToDoubleFunction<Sample> of) {
    return subject.equals("direct")
        ? "–"
        : Numbers.format(figures.added(GatewayBench.ONE_STREAM, subject, "direct", of).median());
  }

  /** Whether the generator could have made more load than any proxy took. */
  private String headroom() {
    StringBuilder out =
        new StringBuilder("\nThe generator (h2load, one thread) is not what limits: ");
    List<String> parts = new ArrayList<>();
    for (String workload : GRPC_WORKLOADS) {
      double direct = median(workload, "direct", Sample::perSecond);
      double fastest =
          PROXIES.stream()
              .mapToDouble(proxy -> median(workload, proxy, Sample::perSecond))
              .max()
              .orElseThrow();
      parts.add(
          "%s: %s per second to the bare echo service, %s× the fastest proxy, with %s cores of its own (%s through the gateway)"
              .formatted(
                  workload,
                  Numbers.format(direct),
                  Numbers.format(direct / fastest),
                  Numbers.format(median(workload, "direct", Sample::generatorCores)),
                  Numbers.format(median(workload, "gateway", Sample::generatorCores))));
    }
    return out.append(String.join("; ", parts)).append(".\n").toString();
  }

  private String processes() {
    return """

    Versions: %s, grpc-java %s, Armeria %s, JDK %s. JVM options of the gateway: `%s`; of the echo service and Armeria: `%s`. \
    Every subject is warmed up for %.1f s under each workload.
    """
        .formatted(
            surroundings.versions(),
            GrpcUtil.getGrpcBuildVersion().getImplementationVersion(),
            Version.get("armeria").artifactVersion(),
            Runtime.version(),
            String.join(" ", surroundings.gateway().process().jvmOptions()),
            String.join(" ", surroundings.direct().process().jvmOptions()),
            extent.warmUp().toMillis() / 1000.0);
  }

  private double median(String workload, String subject, ToDoubleFunction<Sample> of) {
    return figures.spread(workload, subject, of).median();
  }

  private static double frameBytes() {
    return Frames.of(Payloads.message(Payloads.STREAMED)).length;
  }
}
