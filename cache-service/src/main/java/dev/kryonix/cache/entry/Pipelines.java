package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.kit.server.EachAnswered;
import jakarta.inject.Singleton;
import java.util.Set;

/** Streams in which an operation that is refused is answered like the others: {@link Pipeline}. */
@Singleton
final class Pipelines implements EachAnswered {
  @Override
  public Set<String> methods() {
    return Set.of(CacheServiceGrpc.getPipelineMethod().getFullMethodName());
  }
}
