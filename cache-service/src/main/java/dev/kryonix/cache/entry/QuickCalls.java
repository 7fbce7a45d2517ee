package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.kit.server.EventLoopCalls;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * The calls of one entry, the reads of many, and pipelines, which never wait: they are sent to
 * Redis on the event loop that reads them, and answered on the one that reads its answer.
 */
@Singleton
final class QuickCalls implements EventLoopCalls {
  @Override
  public Set<String> methods() {
    return Set.of(
        CacheServiceGrpc.getBatchGetMethod().getFullMethodName(),
        CacheServiceGrpc.getGetMethod().getFullMethodName(),
        CacheServiceGrpc.getPipelineMethod().getFullMethodName(),
        CacheServiceGrpc.getSetMethod().getFullMethodName(),
        CacheServiceGrpc.getDeleteMethod().getFullMethodName(),
        CacheServiceGrpc.getTouchMethod().getFullMethodName(),
        CacheServiceGrpc.getGetMetadataMethod().getFullMethodName());
  }
}
