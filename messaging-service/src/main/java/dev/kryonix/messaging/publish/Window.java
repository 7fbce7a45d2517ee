package dev.kryonix.messaging.publish;

import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.messaging.broker.BrokerErrors;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The places of messages that wait for their confirm, and a line before them that is as long: what
 * is asked for beyond is refused at once instead of filling the memory.
 */
final class Window {
  private final Semaphore places;
  private final int mostWaiting;
  private final Duration patience;
  private final AtomicInteger waiting = new AtomicInteger();

  Window(int places, Duration patience) {
    this.places = new Semaphore(places);
    this.mostWaiting = places;
    this.patience = patience;
  }

  /** Takes a place if there is one. */
  boolean tryEnter() {
    return places.tryAcquire();
  }

  /** Takes a place; waits for one, or refuses when none becomes free or the line is full. */
  void enter() throws InterruptedException {
    EventLoops.requireNone();
    if (tryEnter()) {
      return;
    }
    try {
      if (waiting.incrementAndGet() > mostWaiting) {
        throw BrokerErrors.behind(mostWaiting);
      }
      if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw BrokerErrors.blocked();
      }
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** Gives a place back. */
  void leave() {
    places.release();
  }

  /** How many wait for a place. */
  int waiting() {
    return waiting.get();
  }
}
