package dev.kryonix.cache.entry;

import java.time.Instant;
import java.util.Optional;

/**
 * A flush: what it concerns is dead already, its memory is being given back.
 *
 * @param id its id
 * @param reclaimedKeys entries removed so far
 * @param reclaimedBytes what they were charged
 * @param started when it began
 * @param ended when the last was removed
 */
record Flush(
    String id, long reclaimedKeys, long reclaimedBytes, Instant started, Optional<Instant> ended) {}
