package dev.kryonix.messaging.history;

import dev.kryonix.api.messaging.v1.ReplayProgress;
import dev.kryonix.api.messaging.v1.ReplayResponse;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.messaging.topology.LiveQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A replay's way into the queues: many messages wait for their confirms at once, and the progress
 * that is told counts those that have one. When a queue is full the replay ends with that refusal,
 * after the progress so far: from its offset plus one it can go on.
 */
final class ReplayToQueues implements Replay.Target {
  private static final int OUTSTANDING = 256;
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);

  private final Republishing republishing;
  private final StreamWriter<ReplayResponse> writer;
  private final Queue<Sent> sent = new ArrayDeque<>();
  private long scanned;
  private long published;

  /** All up to here is published. */
  private long reached;

  private long nextProgress = System.nanoTime() + PROGRESS_EVERY.toNanos();

  ReplayToQueues(Republishing republishing, StreamWriter<ReplayResponse> writer) {
    this.republishing = republishing;
    this.writer = writer;
  }

  private record Sent(long offset, CompletableFuture<Boolean> outcome) {}

  @Override
  public void take(
      StreamWriter<ReplayResponse> unused, TenantView tenant, LiveQueue queue, Replay.Found found)
      throws InterruptedException {
    try {
      sent.add(
          new Sent(found.entry().offset(), republishing.publish(tenant, queue, found.entry())));
    } catch (ServiceException e) {
      stop(e);
    }
    if (sent.size() >= OUTSTANDING) {
      settle(OUTSTANDING / 2);
    }
  }

  @Override
  public void scanned(StreamWriter<ReplayResponse> unused, long offset)
      throws InterruptedException {
    scanned++;
    if (sent.isEmpty()) {
      reached = offset - 1;
    }
    if (System.nanoTime() > nextProgress) {
      nextProgress = System.nanoTime() + PROGRESS_EVERY.toNanos();
      settle(0);
      progress(false);
    }
  }

  @Override
  public void end(StreamWriter<ReplayResponse> unused, long offset) throws InterruptedException {
    settle(0);
    reached = offset;
    progress(true);
  }

  /** Waits until at most that many are without a confirm. */
  private void settle(int left) throws InterruptedException {
    while (sent.size() > left) {
      Sent oldest = sent.remove();
      try {
        oldest.outcome.get();
      } catch (ExecutionException e) {
        stop(refusal(e.getCause()));
      }
      published++;
      reached = oldest.offset;
    }
  }

  private void stop(ServiceException why) {
    progress(false);
    throw why;
  }

  private static ServiceException refusal(@Nullable Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof ServiceException refusal
        ? refusal
        : CommonErrors.storeUnavailable("rabbitmq", new IllegalStateException(cause));
  }

  private void progress(boolean done) {
    writer.write(
        ReplayResponse.newBuilder()
            .setOffset(Math.max(0, reached))
            .setProgress(
                ReplayProgress.newBuilder()
                    .setScanned(scanned)
                    .setPublished(published)
                    .setDone(done))
            .build());
  }
}
