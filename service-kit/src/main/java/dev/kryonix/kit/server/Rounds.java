package dev.kryonix.kit.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread of the process that goes its rounds until the process stops. A round that fails is
 * logged, and another comes.
 */
public final class Rounds {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  private final String name;
  private final Round round;
  private @Nullable Thread thread;

  /** With the thread's name. */
  public Rounds(String name, Round round) {
    this.name = name;
    this.round = round;
  }

  /** One round. */
  @FunctionalInterface
  public interface Round {
    /** Returns how long the pause before the next one is. */
    Duration go() throws InterruptedException;
  }

  /** Begins with the first. */
  public void start() {
    thread = Thread.ofVirtual().name(name).start(this::run);
  }

  /** Interrupts the one under way, and does not wait for it. */
  public void stop() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(one());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration one() throws InterruptedException {
    try {
      return round.go();
    } catch (RuntimeException e) {
      LOG.warn("a round of {} failed", name, e);
      return AFTER_FAILURE;
    }
  }
}
