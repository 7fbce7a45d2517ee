package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.load.Sample;
import dev.kryonix.bench.process.Watched;
import java.time.Duration;

/** The processor time of Redis since a moment, for what was done since then. */
final class Costs {
  private final Watched redis;
  private final Duration before;
  private final long began = System.nanoTime();

  private Costs(Watched redis) {
    this.redis = redis;
    this.before = redis.cpu();
  }

  static Costs since(Watched redis) {
    return new Costs(redis);
  }

  /** A sample of calls that were made one after the other. */
  Sample of(Callers.Calls calls, int perCall) {
    Latencies latencies = calls.latencies();
    return new Sample(
        calls.perSecond() * perCall,
        latencies.percentile(50),
        latencies.percentile(95),
        latencies.percentile(99),
        micros() / calls.calls() / perCall,
        Double.NaN);
  }

  /** A sample of so many operations of which only the number is known. */
  Sample of(long operations) {
    double seconds = (System.nanoTime() - began) / 1e9;
    return new Sample(
        operations / seconds,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        micros() / operations,
        Double.NaN);
  }

  private double micros() {
    return redis.cpu().minus(before).toNanos() / 1000.0;
  }
}
