package dev.kryonix.kit.nearcache;

/**
 * What a near cache holds and how it was used since it was opened.
 *
 * @param copies how many entries it has copies of
 * @param bytes what these take
 * @param hits reads that found a copy, also one whose time was over
 * @param misses reads that went to the cache
 * @param evictions copies that went for want of room
 */
public record NearCacheStats(long copies, long bytes, long hits, long misses, long evictions) {}
