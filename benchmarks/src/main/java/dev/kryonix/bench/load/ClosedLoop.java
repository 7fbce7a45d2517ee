package dev.kryonix.bench.load;

import java.time.Duration;

/**
 * What a closed loop of requests came to.
 *
 * @param requests answered
 * @param answers the same with what had come of the last, unfinished ones
 * @param perSecond of them
 * @param latencies of each
 * @param cpu processor time of the subject
 * @param generatorCores the share of one core that making the load took
 */
public record ClosedLoop(
    long requests,
    double answers,
    double perSecond,
    Latencies latencies,
    Duration cpu,
    double generatorCores) {}
