package dev.kryonix.cache.structure;

import dev.kryonix.cache.entry.RedisKind;

/** Structures on one Redis. */
final class StructuresIT extends StructuresSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
