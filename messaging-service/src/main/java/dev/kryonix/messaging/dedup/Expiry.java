package dev.kryonix.messaging.dedup;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes request_ids out of the database when they have expired. Every replica does a share. */
@Singleton
final class Expiry implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
  private static final Duration PERIOD = Duration.ofSeconds(30);

  private final RequestStore store;
  private final Rounds rounds = new Rounds("request-expiry", this::round);

  Expiry(RequestStore store) {
    this.store = store;
  }

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void stop() {
    rounds.stop();
  }

  private Duration round() {
    try {
      int erased;
      do {
        erased = store.eraseExpired();
      } while (erased > 0);
    } catch (ServiceException e) {
      LOG.debug("expired requests stay for now", e);
    }
    return PERIOD;
  }
}
