package dev.kryonix.backup.repository;

/**
 * Where a chunk lies: which part of which pack's body, and how long it is there and when unpacked.
 */
record ChunkLocation(ObjectId pack, int offset, int storedLength, int length, boolean compressed) {}
