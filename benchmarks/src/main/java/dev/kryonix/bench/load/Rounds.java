package dev.kryonix.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Puts subjects under load in turn, forwards in even rounds and backwards in odd ones, so that what
 * slows the machine for a while slows no subject more than the others.
 */
public final class Rounds {
  /** Answers until a JVM has compiled the most of what it runs. */
  private static final int WARM_UP_ANSWERS = 3000;

  private static final int WARM_UP_TURNS = 5;

  private final H2load generator;
  private final Figures figures;

  public Rounds(H2load generator, Figures figures) {
    this.generator = generator;
    this.figures = figures;
  }

  public static <T> List<T> order(List<T> subjects, int round) {
    return round % 2 == 0 ? List.copyOf(subjects) : subjects.reversed();
  }

  /** Puts each subject under load for the time given, or longer until it has answered enough. */
  public void warmUp(Workload workload, Duration time) throws IOException, InterruptedException {
    for (Subject subject : workload.subjects()) {
      long answered = 0;
      for (int turn = 0; turn < WARM_UP_TURNS && answered < WARM_UP_ANSWERS; turn++) {
        answered += generator.run(workload, subject, time).requests() * workload.perCall();
      }
    }
  }

  public void round(Workload workload, int round, Duration time)
      throws IOException, InterruptedException {
    for (Subject subject : order(workload.subjects(), round)) {
      ClosedLoop loop = generator.run(workload, subject, time);
      figures.add(workload.name(), subject.name(), sample(loop, workload.perCall()));
    }
  }

  private static Sample sample(ClosedLoop loop, int perCall) {
    Latencies latencies = loop.latencies();
    return new Sample(
        loop.perSecond() * perCall,
        latencies.percentile(50),
        latencies.percentile(95),
        latencies.percentile(99),
        loop.cpu().toNanos() / 1000.0 / loop.requests() / perCall,
        loop.generatorCores());
  }
}
