package dev.kryonix.cache.process;

import dev.kryonix.cache.entry.RedisKind;

/** The pipeline on one Redis. */
final class PipelineIT extends PipelineSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
