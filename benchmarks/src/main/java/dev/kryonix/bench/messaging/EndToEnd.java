package dev.kryonix.bench.messaging;

import dev.kryonix.bench.messaging.Costs.Spent;
import java.io.IOException;
import java.time.Duration;

/** From when a message is due at its publisher to its delivery, below the highest rate. */
final class EndToEnd {
  static final String PACED = "end to end at 70%";

  private static final double SHARE = 0.7;

  private final Lab lab;

  EndToEnd(Lab lab) {
    this.lab = lab;
  }

  void measure() throws IOException, InterruptedException {
    double direct = rate(Treatment.SEALED.label());
    double throughGateway = rate(Flow.GATEWAY);
    for (int round = 0; round < lab.extent().rounds(); round++) {
      lab.add(
          PACED, Unary.SERVICE, paced(lab.tenants().direct(Lab.TENANT), Treatment.SEALED, direct));
      lab.empty();
      lab.add(
          PACED,
          Flow.GATEWAY,
          paced(lab.tenants().gateway(Lab.TENANT), Treatment.PLAIN, throughGateway));
      lab.empty();
    }
  }

  private double rate(String subject) {
    return SHARE * lab.readings().median(Flow.TOGETHER, subject, Reading::perSecond);
  }

  private Reading paced(Target target, Treatment treatment, double rate) {
    Duration load = lab.extent().publishing().load();
    try (Subscriptions consumer = new Subscriptions(target, 1);
        PacedStream producer = new PacedStream(target, treatment)) {
      producer.run(rate, lab.extent().publishing().warmUp());
      consumer.latencies().begin();
      long first = consumer.done();
      Spent before = lab.costs().now();
      producer.run(rate, load);
      Spent after = lab.costs().now();
      return Reading.of(
          (double) (consumer.done() - first), consumer.latencies().end(), after.minus(before));
    }
  }
}
