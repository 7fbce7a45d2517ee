package dev.kryonix.messaging.publish;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Notices that the broker no longer answers on a channel: something waits for its confirm, and for
 * as long as a confirm is waited for, none has come. The way to a node can go silent without being
 * closed, and heartbeats take several times as long to tell.
 */
final class Silence {
  private final long patienceNanos;

  /**
   * When the oldest message was sent that waits, in {@link System#nanoTime}; none when none does.
   */
  private final Supplier<OptionalLong> oldest;

  private final Runnable onSilence;
  private final AtomicBoolean watching = new AtomicBoolean();
  private volatile long heard = System.nanoTime();

  Silence(Duration patience, Supplier<OptionalLong> oldest, Runnable onSilence) {
    this.patienceNanos = patience.toNanos();
    this.oldest = oldest;
    this.onSilence = onSilence;
  }

  /** The broker has answered. */
  void heard() {
    heard = System.nanoTime();
  }

  /** Something waits for an answer. */
  void sent() {
    if (!watching.get() && watching.compareAndSet(false, true)) {
      lookAfter(patienceNanos);
    }
  }

  private void lookAfter(long nanos) {
    CompletableFuture.delayedExecutor(
            nanos, TimeUnit.NANOSECONDS, look -> Thread.ofVirtual().name("silence").start(look))
        .execute(this::look);
  }

  private void look() {
    OptionalLong since = oldest.get();
    if (since.isEmpty()) {
      watching.set(false);
      // What was sent meanwhile found somebody watching.
      if (oldest.get().isPresent()) {
        sent();
      }
      return;
    }
    long last = since.getAsLong() - heard > 0 ? since.getAsLong() : heard;
    long left = patienceNanos - (System.nanoTime() - last);
    if (left > 0) {
      lookAfter(left);
    } else {
      watching.set(false);
      onSilence.run();
    }
  }
}
