package dev.kryonix.messaging.publish;

import io.grpc.Context;
import java.util.concurrent.CompletableFuture;

/** Runs what may wait on a thread of its own, in the context of the call that it is for. */
final class OwnThread {
  private OwnThread() {}

  /** Work that may wait before its result is on its way. */
  @FunctionalInterface
  interface Work<T> {
    CompletableFuture<T> run() throws InterruptedException;
  }

  /** Begins the work, and returns its result to come. */
  static <T> CompletableFuture<T> run(String name, Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofVirtual().name(name).start(Context.current().wrap(() -> complete(result, work)));
    return result;
  }

  /** Does the work here, and gives the result what comes of it. */
  static <T> void complete(CompletableFuture<T> result, Work<T> work) {
    try {
      work.run()
          .whenComplete(
              (value, error) -> {
                if (error == null) {
                  result.complete(value);
                } else {
                  result.completeExceptionally(error);
                }
              });
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      result.completeExceptionally(PublishErrors.unconfirmed());
    }
  }
}
