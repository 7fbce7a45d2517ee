package dev.kryonix.bench.messaging;

import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.report.Goal;
import dev.kryonix.bench.report.Numbers;
import dev.kryonix.bench.report.Plot;
import dev.kryonix.bench.report.Report;
import dev.kryonix.bench.report.Table;
import java.util.ArrayList;
import java.util.List;

/** What the measurements of messaging-service come to. */
final class MessagingReport implements Report {
  private static final double MEBIBYTE = 1 << 20;
  private static final double KIBIBYTE = 1 << 10;

  private final Extent extent;
  private final Findings found;
  private final Readings readings;

  MessagingReport(Extent extent, Findings found) {
    this.extent = extent;
    this.found = found;
    this.readings = found.readings();
  }

  @Override
  public String mode() {
    return extent.mode();
  }

  @Override
  public List<Goal> goals() {
    List<Goal> goals = new ArrayList<>();
    for (int producers : Flow.PRODUCERS) {
      goals.add(share(Flow.publishing(producers), Treatment.PLAIN, 80));
      goals.add(share(Flow.publishing(producers), Treatment.SEALED, 60));
    }
    goals.add(share(Flow.TOGETHER, Treatment.PLAIN, 60));
    goals.add(share(Flow.ALONE, Treatment.PLAIN, 80));
    goals.add(
        Goal.atLeast(
            "publish, 1 producer: times Micronaut's publish-and-confirm",
            readings.median(Flow.publishing(1), Treatment.PLAIN.label(), Reading::perSecond)
                / found.micronaut().median(),
            "times",
            5));
    goals.add(
        Goal.atMost(
            "Publish at half the rate it takes: p95 added to PerfTest's confirm",
            addedP95(Unary.SERVICE),
            "ms",
            2));
    goals.add(
        Goal.atMost(
            "end to end at 70% of the rate of publish and subscribe: p95",
            readings.median(EndToEnd.PACED, Unary.SERVICE, Reading::p95) / 1000, "ms", 100));
    goals.add(
        Goal.atLeast(
            "overload at twice the rate: confirmed beside the peak",
            100 * found.overload().perSecond() / found.overload().peak(),
            "%",
            90));
    goals.add(
        Goal.atMost(
            "overload: confirmed messages that are not in the queue",
            (double) Math.max(0, found.overload().confirmed() - found.overload().queued()),
            "messages",
            0));
    goals.add(
        Goal.atMost(
            "a quiet tenant's p95 while another floods: times its p95 before",
            found.crowd().flooded().percentile(95) / found.crowd().quiet().percentile(95),
            "times",
            2));
    return goals;
  }

  private Goal share(String workload, Treatment treatment, double bound) {
    return Goal.atLeast(
        "%s, %s: rate beside PerfTest's".formatted(workload, treatment.meaning()),
        readings.share(workload, treatment.label(), Flow.PERF_TEST).median(),
        "%",
        bound);
  }

  private double addedP95(String subject) {
    return (readings.median(Unary.HALF, subject, Reading::p95)
            - readings.median(Unary.HALF, Flow.PERF_TEST, Reading::p95))
        / 1000;
  }

  @Override
  public String body() {
    StringBuilder body = new StringBuilder();
    body.append(introduction());
    for (String workload : readings.workloads()) {
      body.append(table(workload).markdown()).append('\n');
    }
    body.append(
        """
        Micronaut RabbitMQ, which publishes, waits for the confirm and publishes the next: %s a second. The disk takes %s ms for an fsync of 4 KiB \
        (p95 %s ms).

        """
            .formatted(
                found.micronaut().format(),
                Numbers.format(found.fsync().percentile(50) / 1000),
                Numbers.format(found.fsync().percentile(95) / 1000)));
    body.append(overload()).append('\n');
    body.append(crowd()).append('\n');
    body.append(new Capacity(readings).text()).append('\n');
    found.profiles().forEach(each -> body.append(each.markdown()));
    return body.toString();
  }

  private String introduction() {
    return """
    Messages of 1 KiB, persistent, into one quorum queue of a tenant that keeps no history; RabbitMQ %s, one node. PerfTest works in the same vhost, with the same \
    exchange, flags and window, on a queue of the same arguments and policy. Broker, service and whoever makes the load share the machine. *Plain* (encryption and compression \
    off) and *sealed* (both on) are PublishStream, Publish and Subscribe at messaging-service itself; *gateway* is plain through the gateway. Medians of %d alternating rounds of \
    %d s after %d s of warm-up (lowest–highest round); each way to the service has had each workload for %d s or more before them, until the JVMs had compiled the most of it. After each round the queues are emptied and the broker \
    begins a new log: it would write what had been left in queues at its end, several times the work of publishing, in whichever round that fell. Latencies are from sending to the confirm, where messages are consumed from sending to the delivery; of \
    *%s* they say nothing. CPU is the processor time for each message, of service, broker, gateway and of the process that makes the load. The load average of the \
    machine as the run began was %s; above 0.5 other programs took their share.

    """
        .formatted(
            found.broker(),
            extent.rounds(),
            extent.publishing().load().toSeconds(),
            extent.publishing().warmUp().toSeconds(),
            extent.warmUp().toSeconds(),
            Flow.ALONE,
            found.load());
  }

  private Table table(String workload) {
    boolean isCompared = readings.subjects(workload).contains(Flow.PERF_TEST);
    Table table =
        new Table(
            workload,
            "per second",
            "% of PerfTest's",
            "p50, ms",
            "p95, ms",
            "p99, ms",
            "CPU, µs: service",
            "broker",
            "gateway",
            "load");
    for (String subject : readings.subjects(workload)) {
      table.row(
          subject,
          readings.spread(workload, subject, Reading::perSecond).format(),
          isCompared && !subject.equals(Flow.PERF_TEST)
              ? readings.share(workload, subject, Flow.PERF_TEST).format()
              : "–",
          Numbers.format(readings.median(workload, subject, Reading::p50) / 1000),
          Numbers.format(readings.median(workload, subject, Reading::p95) / 1000),
          Numbers.format(readings.median(workload, subject, Reading::p99) / 1000),
          Numbers.format(readings.median(workload, subject, each -> each.cpu().service())),
          Numbers.format(readings.median(workload, subject, each -> each.cpu().broker())),
          Numbers.format(readings.median(workload, subject, each -> each.cpu().gateway())),
          Numbers.format(readings.median(workload, subject, each -> each.cpu().client())));
    }
    return table;
  }

  private String overload() {
    Overload.Outcome overload = found.overload();
    return """
    Publish called at fixed times at twice the rate that it takes, %s a second for %d s after %d s of the same: %s a second confirmed (peak with callers who wait: %s), %,d calls refused with a \
    time to come back, others %s. Of %,d confirmed messages %,d were in the queue afterwards. The service had %s MiB before and %s MiB at most while it lasted.
    """
        .formatted(
            Numbers.format(overload.offered()),
            extent.overload().toSeconds(),
            extent.warmUp().toSeconds(),
            Numbers.format(overload.perSecond()),
            Numbers.format(overload.peak()),
            overload.throttled(),
            overload.others().isEmpty() ? "none" : overload.others(),
            overload.confirmed(),
            overload.queued(),
            Numbers.format(overload.residentBefore() / MEBIBYTE),
            Numbers.format(overload.residentAfter() / MEBIBYTE));
  }

  private String crowd() {
    Crowd.Outcome crowd = found.crowd();
    return """
    %d tenants of %d queues each, which publish at rates that fall with their rank. An idle tenant takes %s KiB of live objects in the service, one that has published to \
    all of its queues %s KiB (RSS: %s KiB). A quiet tenant's Publish has p50 %s ms, p95 %s ms, p99 %s ms; while another floods, with %s messages a second \
    confirmed and %s refused by its plan's limit, p50 %s ms, p95 %s ms, p99 %s ms.
    """
        .formatted(
            crowd.tenants(),
            Crowd.OPERATIONS.size(),
            Numbers.format(crowd.idleBytes() / KIBIBYTE),
            Numbers.format(crowd.usedBytes() / KIBIBYTE),
            Numbers.format(crowd.residentBytes() / KIBIBYTE),
            millis(crowd.quiet(), 50),
            millis(crowd.quiet(), 95),
            millis(crowd.quiet(), 99),
            Numbers.format(crowd.flood()),
            Numbers.format(crowd.refused()),
            millis(crowd.flooded(), 50),
            millis(crowd.flooded(), 95),
            millis(crowd.flooded(), 99));
  }

  private static String millis(Latencies latencies, double percent) {
    return Numbers.format(latencies.percentile(percent) / 1000);
  }

  @Override
  public Plot plot(String subtitle) {
    Plot plot = new Plot("Kryonix messaging beside RabbitMQ's PerfTest", subtitle);
    for (String workload : readings.workloads()) {
      plot.panel(
          workload + " (more is better)",
          "messages a second",
          readings.bars(workload, Reading::perSecond));
    }
    return plot;
  }
}
