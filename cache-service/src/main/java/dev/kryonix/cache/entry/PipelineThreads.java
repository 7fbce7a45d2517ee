package dev.kryonix.cache.entry;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The few threads that do the work of all pipelines. */
@Singleton
final class PipelineThreads implements Executor {
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()),
          Thread.ofPlatform().daemon().name("pipeline-", 0).factory());

  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  @PreDestroy
  void stop() {
    threads.shutdown();
  }
}
