package dev.kryonix.messaging.publish;

import dev.kryonix.messaging.dedup.Batches;
import io.grpc.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What has to wait of the messages of one stream, in their order, on a thread that is there only
 * meanwhile. As long as it is not empty, all that follow go behind. One thread adds.
 */
final class Backlog {
  private static final int MOST_IN_A_BATCH = 256;

  private final Context context = Context.current();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Batches<Runnable> steps =
      new Batches<>("publish-stream", MOST_IN_A_BATCH, batch -> batch.forEach(Runnable::run));

  /** Whether all that was added is on its way. */
  boolean isEmpty() {
    return waiting.get() == 0;
  }

  /** Adds work behind the other, and returns its result to come. */
  <T> CompletableFuture<T> add(OwnThread.Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    waiting.incrementAndGet();
    steps.add(
        context.wrap(
            () -> {
              try {
                OwnThread.complete(result, work);
              } finally {
                waiting.decrementAndGet();
              }
            }));
    return result;
  }
}
