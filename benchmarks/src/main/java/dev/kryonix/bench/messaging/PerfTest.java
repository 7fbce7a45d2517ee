package dev.kryonix.bench.messaging;

import dev.kryonix.bench.messaging.Costs.Spent;
import dev.kryonix.bench.process.Watched;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * RabbitMQ's own load generator, as a process of its own on the same vhost, exchange and settings
 * of the queue. A run warms up as the others do: its first seconds do not count.
 */
final class PerfTest {
  /** The exchange that the service publishes to. */
  static final String EXCHANGE = "kryonix.publish";

  private static final String MAIN = "com.rabbitmq.perf.PerfTest";

  private final Surroundings surroundings;
  private final Costs costs;

  PerfTest(Surroundings surroundings, Costs costs) {
    this.surroundings = surroundings;
    this.costs = costs;
  }

  /** Publishes and consumes as the words say. */
  Reading run(String vhost, String queue, Period period, String... words) throws IOException {
    int warmUp = (int) period.warmUp().toSeconds();
    int seconds = warmUp + (int) period.load().toSeconds();
    List<PerfTestLine> lines = new ArrayList<>();
    StringBuilder said = new StringBuilder();
    Spent before = costs.now();
    Spent after = before;
    try (PeerProcess process =
            PeerProcess.start(surroundings.amqpUri(vhost), MAIN, words(queue, seconds + 1, words));
        BufferedReader output = process.output()) {
      Watched self = new Watched(process.pid());
      for (String text = output.readLine();
          text != null && lines.size() < seconds;
          text = output.readLine()) {
        said.append(text).append('\n');
        PerfTestLine.parse(text).ifPresent(lines::add);
        after = costs.now().with(self);
        if (lines.size() <= warmUp) {
          before = after;
        }
      }
    }
    if (lines.size() < seconds) {
      throw new IOException("PerfTest has measured %d s only: %s".formatted(lines.size(), said));
    }
    return PerfTestLine.reading(lines.subList(warmUp, seconds), after.minus(before));
  }

  private static List<String> words(String queue, int seconds, String... words) {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("--predeclared", "--skip-binding-queues", "--queue", queue));
    all.addAll(List.of("--exchange", EXCHANGE, "--routing-key", queue));
    all.addAll(List.of("--size", "" + Payload.BYTES));
    all.addAll(List.of("--flag", "persistent", "--flag", "mandatory"));
    all.addAll(List.of("--interval", "1", "--time", "" + seconds));
    all.addAll(List.of(words));
    return all;
  }
}
