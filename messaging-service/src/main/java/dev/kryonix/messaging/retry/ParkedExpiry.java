package dev.kryonix.messaging.retry;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets parked messages that nobody has tried for two days. No operation lets a message wait for
 * as long: it has been purged, or has gone with its queue.
 */
@Singleton
final class ParkedExpiry implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(ParkedExpiry.class);
  private static final Duration PERIOD = Duration.ofHours(1);
  private static final Duration KEPT = Duration.ofDays(2);

  private final ParkedStore store;
  private final InstantSource clock;
  private final Rounds rounds = new Rounds("parked-expiry", this::round);

  ParkedExpiry(ParkedStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
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
      store.removeOlderThan(clock.instant().minus(KEPT));
    } catch (ServiceException e) {
      LOG.debug("what is parked cannot be looked at now", e);
    }
    return PERIOD;
  }
}
