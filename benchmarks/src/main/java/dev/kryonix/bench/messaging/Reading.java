package dev.kryonix.bench.messaging;

import dev.kryonix.bench.load.Latencies;

/**
 * One round of one subject.
 *
 * @param perSecond messages that were done each second
 * @param p50 latency in microseconds that half of them kept to
 * @param p95 latency that 95% kept to
 * @param p99 latency that 99% kept to
 * @param cpu processor time in microseconds for each message
 */
record Reading(double perSecond, double p50, double p95, double p99, Costs.Spent cpu) {
  static Reading of(double messages, Latencies latencies, Costs.Spent spent) {
    return new Reading(
        messages / spent.seconds(),
        latencies.percentile(50),
        latencies.percentile(95),
        latencies.percentile(99),
        spent.per(messages));
  }
}
