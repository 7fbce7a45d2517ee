package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.Profile;
import java.util.List;

/**
 * All that was measured.
 *
 * @param scores the contests
 * @param near reads of near copies
 * @param neighbours a tenant beside a noisy one
 * @param weight of entries
 * @param profiles where cache-service's time goes
 * @param load the machine's load average as the run began
 */
record Findings(
    Scores scores,
    NearReads near,
    Neighbours neighbours,
    Weight weight,
    List<Profile> profiles,
    String load) {}
