package dev.kryonix.cache.process;

import dev.kryonix.cache.entry.RedisKind;

/** The pipeline on a Redis Cluster. */
final class PipelineOnClusterIT extends PipelineSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
