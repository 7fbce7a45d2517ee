package dev.kryonix.cache.watch;

/**
 * Something that happened, as the ledger's scripts tell it.
 *
 * @param number its number in the bucket
 * @param what what happened, by the ledger's letter
 * @param subject the entry's address, the tags, or the flushed module and type
 * @param digests the digests of tags, 8 bytes each; {@code ?} when they are not known
 * @param time milliseconds since 1970
 */
record Event(long number, char what, byte[] subject, byte[] digests, long time) {}
