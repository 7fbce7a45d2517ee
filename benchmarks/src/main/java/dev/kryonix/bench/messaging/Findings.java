package dev.kryonix.bench.messaging;

import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.load.Profile;
import dev.kryonix.bench.report.Spread;
import java.util.List;

/**
 * All that was measured.
 *
 * @param readings the comparisons, by workload and subject
 * @param micronaut messages a second of Micronaut's own publish-and-confirm
 * @param overload what became of too many calls
 * @param crowd what became of many tenants
 * @param fsync of the disk that the broker writes to
 * @param profiles where the service's time goes
 * @param load the machine's load average as the run began
 * @param broker its version
 */
record Findings(
    Readings readings,
    Spread micronaut,
    Overload.Outcome overload,
    Crowd.Outcome crowd,
    Latencies fsync,
    List<Profile> profiles,
    String load,
    String broker) {}
