package dev.kryonix.cache.structure;

import dev.kryonix.cache.entry.RedisKind;

/** Structures on a Redis Cluster. */
final class StructuresOnClusterIT extends StructuresSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
