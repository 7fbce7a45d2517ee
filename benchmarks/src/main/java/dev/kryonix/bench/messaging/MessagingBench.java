package dev.kryonix.bench.messaging;

import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.load.Profile;
import dev.kryonix.bench.report.Report;
import dev.kryonix.bench.report.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Messages through messaging-service: all measurements, in their order. */
public final class MessagingBench {
  private final Surroundings surroundings = Surroundings.fromEnvironment();
  private final Extent extent;

  public MessagingBench(boolean quick) {
    extent = quick ? Extent.QUICK : Extent.FULL;
  }

  /** Measures all, and gives what there is to say. */
  public Report run(boolean profile) throws IOException, InterruptedException {
    String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    Latencies fsync = Disk.fsync(surroundings.home());
    BrokerApi broker = new BrokerApi(surroundings);
    try (Tenants tenants = new Tenants(surroundings)) {
      Costs costs = new Costs(surroundings);
      Lab lab =
          new Lab(
              extent, tenants, broker, new PerfTest(surroundings, costs), costs, new Readings());
      say("the tenant");
      prepare(lab);
      Flow flow = new Flow(lab);
      say("warming up");
      flow.warmUp();
      List<Double> micronaut = new ArrayList<>();
      for (int round = 0; round < extent.rounds(); round++) {
        say("round %d of %d", round + 1, extent.rounds());
        flow.round(round);
        micronaut.add(new Micronaut(lab, surroundings).measure());
      }
      say("single calls");
      new Unary(lab).measure();
      say("end to end");
      new EndToEnd(lab).measure();
      say("overload");
      Overload.Outcome overload = new Overload(lab, surroundings.process("messaging")).measure();
      List<Profile> profiles = profile ? new Profiles(lab, surroundings).take() : List.of();
      say("in memory");
      new Tmpfs(lab, surroundings).measure();
      say("%d tenants", extent.tenants());
      Crowd.Outcome crowd = new Crowd(lab, surroundings).measure();
      return new MessagingReport(
          extent,
          new Findings(
              lab.readings(),
              Spread.of(micronaut),
              overload,
              crowd,
              fsync,
              profiles,
              load,
              broker.version()));
    }
  }

  /** Measures one part by itself, and says what its rounds come to: for trying out. */
  public void run(Part part) throws IOException, InterruptedException {
    try (Tenants tenants = new Tenants(surroundings)) {
      Costs costs = new Costs(surroundings);
      Lab lab =
          new Lab(
              extent,
              tenants,
              new BrokerApi(surroundings),
              new PerfTest(surroundings, costs),
              costs,
              new Readings());
      prepare(lab);
      Flow flow = new Flow(lab);
      flow.warmUp();
      switch (part) {
        case FLOW -> {
          for (int round = 0; round < extent.rounds(); round++) {
            flow.round(round);
          }
        }
        case CALLS -> new Unary(lab).measure();
        case END_TO_END -> {
          flow.together();
          new EndToEnd(lab).measure();
        }
        case OVERLOAD -> say("%s", new Overload(lab, surroundings.process("messaging")).measure());
        case TENANTS -> say("%s", new Crowd(lab, surroundings).measure());
      }
    }
  }

  /** What can be measured without the rest. */
  public enum Part {
    FLOW,
    CALLS,
    END_TO_END,
    OVERLOAD,
    TENANTS;

    /** The part of that name, such as {@code end-to-end}. */
    public static Part of(String name) {
      return Arrays.stream(values())
          .filter(part -> part.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(name))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("there is no part " + name));
    }
  }

  /** A tenant whose queue is there, and the peer's queue beside it. */
  private static void prepare(Lab lab) throws IOException, InterruptedException {
    String vhost = Tenants.vhost(Lab.TENANT);
    lab.tenants().create(Lab.TENANT, false);
    PublishResponse published = lab.awaitPublishing();
    if (!published.getQueue().equals(Tenants.QUEUE)) {
      throw new IllegalStateException("the queue is " + published.getQueue());
    }
    lab.broker().enter(vhost);
    lab.broker().declareLike(vhost, Tenants.QUEUE, Lab.PEER_QUEUE);
    lab.empty();
  }

  private static void say(String line, Object... values) {
    System.err.printf(line + "%n", values);
  }
}
