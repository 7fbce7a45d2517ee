package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.load.OpenLoop;
import dev.kryonix.bench.load.Rounds;
import dev.kryonix.bench.messaging.Costs.Spent;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Publish, one message a call: as many as the service takes, and then at fixed times at half of
 * that rate, beside PerfTest's confirms at the same rate.
 */
final class Unary {
  static final String SATURATED = "Publish, 64 callers";
  static final String HALF = "Publish at half the rate";
  static final String SERVICE = "service";

  private static final int CALLERS = 64;

  private final Lab lab;

  Unary(Lab lab) {
    this.lab = lab;
  }

  void measure() throws IOException, InterruptedException {
    saturate(SERVICE, lab.tenants().direct(Lab.TENANT));
    saturate(Flow.GATEWAY, lab.tenants().gateway(Lab.TENANT));
    int rate = (int) (lab.readings().median(SATURATED, SERVICE, Reading::perSecond) / 2);
    // What sends single calls at fixed times, which is other code than what waits for answers.
    for (Target target :
        List.of(lab.tenants().direct(Lab.TENANT), lab.tenants().gateway(Lab.TENANT))) {
      paced(target, rate, new Period(lab.extent().warmUp(), Duration.ofSeconds(1)));
      lab.empty();
    }
    for (int round = 0; round < lab.extent().rounds(); round++) {
      for (String subject : Rounds.order(List.of(Flow.PERF_TEST, SERVICE, Flow.GATEWAY), round)) {
        lab.add(HALF, subject, paced(subject, rate));
        lab.empty();
      }
    }
  }

  private void saturate(String subject, Target target) throws IOException, InterruptedException {
    try (UnaryCalls calls = new UnaryCalls(target, Treatment.SEALED, CALLERS)) {
      lab.warmUp();
      lab.add(
          SATURATED,
          subject,
          lab.measure(lab.extent().publishing(), calls::confirmed, calls.latencies()));
    }
    lab.empty();
  }

  private Reading paced(String subject, int rate) throws IOException, InterruptedException {
    return switch (subject) {
      case Flow.PERF_TEST ->
          lab.perfTest()
              .run(
                  Tenants.vhost(Lab.TENANT),
                  Lab.PEER_QUEUE,
                  lab.extent().publishing(),
                  "--consumers",
                  "0",
                  "--producers",
                  "1",
                  "--confirm",
                  "" + PublishStreams.WINDOW,
                  "--rate",
                  "" + rate);
      case Flow.GATEWAY ->
          paced(lab.tenants().gateway(Lab.TENANT), rate, lab.extent().publishing());
      default -> paced(lab.tenants().direct(Lab.TENANT), rate, lab.extent().publishing());
    };
  }

  private Reading paced(Target target, int rate, Period period)
      throws IOException, InterruptedException {
    PublishRequest request =
        Treatment.SEALED.request().setData(Payload.due(System.nanoTime())).build();
    OpenLoop<PublishRequest, PublishResponse> loop =
        OpenLoop.sleeping(MessagingServiceGrpc.getPublishMethod(), request);
    ManagedChannel channel = target.connect();
    try {
      loop.run(channel, rate, period.warmUp());
      Spent before = lab.costs().now();
      Latencies latencies = loop.run(channel, rate, period.load());
      Spent after = lab.costs().now();
      return Reading.of(latencies.count(), latencies, after.minus(before));
    } finally {
      channel.shutdownNow();
    }
  }
}
