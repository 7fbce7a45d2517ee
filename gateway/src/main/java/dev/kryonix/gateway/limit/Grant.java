package dev.kryonix.gateway.limit;

/**
 * What the buckets of a tenant give.
 *
 * @param tokens the requests that are granted, at most as many as asked for
 * @param remaining what is left in the bucket that holds less, never negative
 * @param waitNanos when the next request can be granted, if none is now
 */
record Grant(long tokens, long remaining, long waitNanos) {}
