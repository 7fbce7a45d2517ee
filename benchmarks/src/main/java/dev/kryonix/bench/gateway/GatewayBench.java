package dev.kryonix.bench.gateway;

import dev.kryonix.bench.echo.EchoRequest;
import dev.kryonix.bench.echo.EchoResponse;
import dev.kryonix.bench.echo.EchoServiceGrpc;
import dev.kryonix.bench.load.Figures;
import dev.kryonix.bench.load.H2load;
import dev.kryonix.bench.load.OpenLoop;
import dev.kryonix.bench.load.Rounds;
import dev.kryonix.bench.load.Sample;
import dev.kryonix.bench.load.Subject;
import dev.kryonix.bench.load.Workload;
import dev.kryonix.bench.process.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The gateway beside nginx and Armeria: all measurements, in their order. */
public final class GatewayBench {
  static final String ONE_STREAM = "one stream";

  /** Low enough that one call has nearly always ended when the next one begins. */
  static final int RATE = 500;

  private static final int IDLE_STREAMS = 10_000;
  private static final int PROFILE_SECONDS = 6;

  private final Surroundings surroundings = Surroundings.fromEnvironment();
  private final Figures figures = new Figures();
  private final H2load generator = new H2load(surroundings.h2load(), surroundings.folder());
  private final Rounds rounds = new Rounds(generator, figures);
  private final Workloads workloads = new Workloads(surroundings);
  private final Extent extent;

  public GatewayBench(boolean quick) {
    extent = quick ? Extent.QUICK : Extent.FULL;
  }

  /** Measures all, and gives what there is to say. */
  public GatewayReport run(boolean profile) throws IOException, InterruptedException {
    List<Workload> grpc = workloads.grpc();
    List<Workload> rest = workloads.rest();
    say("warming up");
    for (Workload workload : grpc) {
      rounds.warmUp(workload, extent.warmUp());
    }
    for (Workload workload : rest) {
      rounds.warmUp(workload, extent.warmUp());
    }
    for (int round = 0; round < extent.rounds(); round++) {
      say("round %d of %d", round + 1, extent.rounds());
      for (Workload workload : grpc) {
        rounds.round(workload, round, extent.load());
      }
      for (Workload workload : rest) {
        rounds.round(workload, round, extent.load());
      }
      oneStream(round);
    }
    Map<String, Long> memory = memory();
    say("allocation");
    Allocation allocation =
        Allocation.measure(generator, workloads, surroundings.gateway(), surroundings.folder());
    say("%,d idle streams", IDLE_STREAMS);
    IdleStreams idle = IdleStreams.open(surroundings.gateway(), surroundings.token(), IDLE_STREAMS);
    List<Map.Entry<String, Double>> frames = profile ? profile() : List.of();
    return new GatewayReport(surroundings, extent, figures, memory, allocation, idle, frames);
  }

  private void oneStream(int round) throws IOException, InterruptedException {
    EchoRequest request = Payloads.echo(Payloads.SMALL);
    OpenLoop<EchoRequest, EchoResponse> loop =
        new OpenLoop<>(EchoServiceGrpc.getEchoMethod(), request);
    List<Subject> subjects =
        List.of(surroundings.direct(), surroundings.gateway(), surroundings.nginx());
    for (Subject subject : Rounds.order(subjects, round)) {
      try (Caller caller = new Caller(subject, surroundings.token())) {
        // The connection is made, and the first calls are over.
        loop.run(caller.channel(), RATE, Duration.ofMillis(300));
        figures.add(
            ONE_STREAM,
            subject.name(),
            Sample.ofLatency(loop.run(caller.channel(), RATE, extent.load())));
      }
    }
  }

  private Map<String, Long> memory() {
    Map<String, Long> memory = new LinkedHashMap<>();
    for (Subject subject :
        List.of(surroundings.gateway(), surroundings.nginx(), surroundings.armeria())) {
      memory.put(subject.name(), subject.process().residentBytes());
    }
    return memory;
  }

  private List<Map.Entry<String, Double>> profile() throws IOException, InterruptedException {
    say("profile of the gateway");
    Path file = surroundings.folder().resolve("gateway.jfr");
    Recording recording = Recording.ofProfile(surroundings.gateway().process().pid(), file);
    generator.run(
        workloads.grpc().getFirst(), surroundings.gateway(), Duration.ofSeconds(PROFILE_SECONDS));
    recording.end();
    say("the recording is %s", file);
    return recording.topFrames(20);
  }

  private static void say(String line, Object... values) {
    System.err.printf(line + "%n", values);
  }
}
