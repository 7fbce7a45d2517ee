package dev.kryonix.cache.entry;

import dev.kryonix.kit.server.EventLoops;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Where the work of pipelines is done: on the event loop that brings it, when that has gone through
 * all that it has read, so that what came together goes on together; what threads bring, on a few
 * threads.
 */
@Singleton
final class PipelineThreads implements Executor {
  private final EventLoops loops;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()),
          Thread.ofPlatform().daemon().name("pipeline-", 0).factory());

  PipelineThreads(EventLoops loops) {
    this.loops = loops;
  }

  @Override
  public void execute(Runnable task) {
    if (!loops.afterThisRound(task)) {
      threads.execute(task);
    }
  }

  @PreDestroy
  void stop() {
    threads.shutdown();
  }
}
