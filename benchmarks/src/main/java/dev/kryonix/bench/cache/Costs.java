package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.load.Sample;
import dev.kryonix.bench.process.Watched;
import java.time.Duration;
import java.util.List;

/** The processor time of those who take part, since a moment, for what was done since then. */
final class Costs {
  /** Who takes part: Redis, cache-service, the gateway, and this program. */
  private final List<Watched> parties;

  private final List<Duration> before;
  private final long began = System.nanoTime();

  private Costs(List<Watched> parties) {
    this.parties = parties;
    this.before = parties.stream().map(Watched::cpu).toList();
  }

  static Costs since(Surroundings surroundings) {
    return new Costs(
        List.of(
            surroundings.redis().process(),
            surroundings.service().process(),
            surroundings.gateway().process(),
            new Watched(ProcessHandle.current().pid())));
  }

  /**
   * Processor time of one operation, in microseconds.
   *
   * @param redis of Redis
   * @param service of cache-service
   * @param gateway of the gateway, which has no part in most
   * @param load of the program that called
   */
  record Parts(double redis, double service, double gateway, double load) {
    static final Parts UNKNOWN = new Parts(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
  }

  /**
   * What a turn came to.
   *
   * @param sample rates and latencies
   * @param parts who took how much processor time
   */
  record Taken(Sample sample, Parts parts) {
    /** A turn that somebody else has measured. */
    static Taken of(Sample sample) {
      return new Taken(sample, Parts.UNKNOWN);
    }
  }

  /** A turn of calls that were made one after the other. */
  Taken of(Callers.Calls calls, int perCall) {
    Latencies latencies = calls.latencies();
    return taken(
        calls.calls() * perCall,
        calls.perSecond() * perCall,
        latencies.percentile(50),
        latencies.percentile(99));
  }

  /** A turn of so many operations of which only the number is known. */
  Taken of(long operations) {
    double seconds = (System.nanoTime() - began) / 1e9;
    return taken(operations, operations / seconds, Double.NaN, Double.NaN);
  }

  private Taken taken(long operations, double perSecond, double p50, double p99) {
    Parts parts =
        new Parts(
            micros(0, operations),
            micros(1, operations),
            micros(2, operations),
            micros(3, operations));
    return new Taken(new Sample(perSecond, p50, Double.NaN, p99, parts.redis(), Double.NaN), parts);
  }

  private double micros(int party, long operations) {
    Duration cpu = parties.get(party).cpu().minus(before.get(party));
    return cpu.toNanos() / 1000.0 / operations;
  }
}
