package dev.kryonix.tenant.purge;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.postgres.DatabaseException;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Purges tenants whose grace period has ended. Every replica looks; a tenant that another one has
 * locked is passed over.
 */
@Singleton
final class PurgeSweep implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(PurgeSweep.class);
  private static final Duration BETWEEN = Duration.ofSeconds(10);
  private static final int AT_ONCE = 20;

  private final Purges purges;
  private final Rounds rounds = new Rounds("purge-sweep", this::round);

  PurgeSweep(Purges purges) {
    this.purges = purges;
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
    return sweep() < AT_ONCE ? BETWEEN : Duration.ZERO;
  }

  private int sweep() {
    try {
      int purged = purges.purgeExpired(AT_ONCE);
      if (purged > 0) {
        LOG.info("{} tenants are purged, their grace period is over", purged);
      }
      return purged;
    } catch (ServiceException | DatabaseException e) {
      LOG.debug("the sweep comes again: {}", e.toString());
      return 0;
    }
  }
}
