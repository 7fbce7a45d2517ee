package dev.kryonix.bench.messaging;

import dev.kryonix.bench.messaging.Costs.Spent;
import dev.kryonix.bench.report.Numbers;
import dev.kryonix.bench.report.Table;
import java.util.function.ToDoubleFunction;

/**
 * The nodes that the platform's target takes, from the processor time that a message costs: each is
 * published, confirmed, delivered and acknowledged, compressed and sealed, through the gateway.
 */
final class Capacity {
  private static final int PER_SECOND = 150_000;
  private static final int CORES_PER_NODE = 8;

  /** What a node is planned to be busy at most. */
  private static final double BUSY = 0.7;

  /** Each message of a quorum queue is written by as many nodes of the broker. */
  private static final int REPLICAS = 3;

  private final Readings readings;

  Capacity(Readings readings) {
    this.readings = readings;
  }

  String text() {
    double service = micros(Treatment.SEALED.label(), Spent::service);
    double broker = micros(Treatment.SEALED.label(), Spent::broker);
    double gateway = micros(Flow.GATEWAY, Spent::gateway);
    Table table =
        new Table(
            "part", "µs for each message", "cores", "nodes of %d cores".formatted(CORES_PER_NODE));
    double nodes = row(table, "gateway", gateway, 1);
    nodes += row(table, "messaging-service", service, 1);
    nodes +=
        row(table, "RabbitMQ, every message on %d nodes".formatted(REPLICAS), broker, REPLICAS);
    return """
    What %,d messages a second take, each published with a confirm, delivered and acknowledged, sealed and compressed, through the gateway: from the \
    processor times of *%s* above, with nodes %.0f%% busy.

    %s
    Together %.0f nodes. It is a calculation: the broker's cost is that of one node times %d, as if a follower worked as hard as a leader and nothing were \
    lost on the network between them; a tenant's messages are spread over queues whose leaders are on all nodes.
    """
        .formatted(PER_SECOND, Flow.TOGETHER, 100 * BUSY, table.markdown(), nodes, REPLICAS);
  }

  /** Adds the part, and gives its nodes. */
  private static double row(Table table, String part, double micros, int times) {
    double cores = PER_SECOND * micros * times / 1e6;
    double nodes = Math.ceil(cores / BUSY / CORES_PER_NODE);
    table.row(part, Numbers.format(micros * times), Numbers.format(cores), "%.0f".formatted(nodes));
    return nodes;
  }

  private double micros(String subject, ToDoubleFunction<Spent> of) {
    return readings.median(Flow.TOGETHER, subject, each -> of.applyAsDouble(each.cpu()));
  }
}
