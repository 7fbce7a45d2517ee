package dev.kryonix.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Puts subjects under load in turn, forwards in even rounds and backwards in odd ones, so that what
 * slows the machine for a while slows no subject more than the others.
 */
public final class Rounds {
  private final H2load generator;
  private final Figures figures;

  public Rounds(H2load generator, Figures figures) {
    this.generator = generator;
    this.figures = figures;
  }

  public static <T> List<T> order(List<T> subjects, int round) {
    return round % 2 == 0 ? List.copyOf(subjects) : subjects.reversed();
  }

  public void warmUp(Workload workload, Duration time) throws IOException, InterruptedException {
    for (Subject subject : workload.subjects()) {
      generator.run(workload, subject, time);
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
