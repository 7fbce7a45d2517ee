package dev.kryonix.bench.load;

/**
 * One round of one subject.
 *
 * @param perSecond calls or messages answered each second
 * @param p50 latency in microseconds that half of the calls kept to
 * @param p95 latency in microseconds that 95% of the calls kept to
 * @param p99 latency in microseconds that 99% of the calls kept to
 * @param cpuMicros processor time of the subject for each call or message
 * @param generatorCores the share of one core that making the load took
 */
public record Sample(
    double perSecond, double p50, double p95, double p99, double cpuMicros, double generatorCores) {
  /** A round without a count: open loops have a rate of their own. */
  public static Sample ofLatency(Latencies latencies) {
    return new Sample(
        Double.NaN,
        latencies.percentile(50),
        latencies.percentile(95),
        latencies.percentile(99),
        Double.NaN,
        Double.NaN);
  }
}
