package dev.kryonix.messaging.dedup;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Lifecycle;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes request_ids out of the database when they have expired. Every replica does a share. */
@Singleton
final class Expiry implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
  private static final Duration PERIOD = Duration.ofSeconds(30);

  private final RequestStore store;
  private @Nullable Thread thread;

  Expiry(RequestStore store) {
    this.store = store;
  }

  @Override
  public void start() {
    thread = Thread.ofVirtual().name("request-expiry").start(this::run);
  }

  @Override
  public void stop() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(PERIOD);
        try {
          int erased;
          do {
            erased = store.eraseExpired();
          } while (erased > 0);
        } catch (ServiceException e) {
          LOG.debug("expired requests stay for now", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
