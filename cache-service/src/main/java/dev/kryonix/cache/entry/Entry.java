package dev.kryonix.cache.entry;

import java.time.Duration;
import java.time.Instant;

/**
 * An entry that was read or written.
 *
 * @param content what it holds
 * @param ttl how long it still lives
 * @param age how long ago it was written
 * @param chargedBytes what it takes from the tenant's quota
 * @param readAt when it was read or written
 */
record Entry(Content content, Duration ttl, Duration age, long chargedBytes, Instant readAt) {}
