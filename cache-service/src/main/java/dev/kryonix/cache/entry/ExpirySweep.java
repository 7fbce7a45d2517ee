package dev.kryonix.cache.entry;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.RedisException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the charge of expired entries back, tenant by tenant. Redis tells nobody reliably that a
 * key has expired, so the index is asked; writes sweep too, so a busy tenant never waits for this.
 */
@Singleton
final class ExpirySweep {
  private static final Logger LOG = LoggerFactory.getLogger(ExpirySweep.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final int MOST_AT_ONCE = 500;

  private final EntryStore store;
  private final Spaces spaces;
  private final TenantDirectory tenants;
  private final Thread thread;

  ExpirySweep(EntryStore store, Spaces spaces, TenantDirectory tenants) {
    this.store = store;
    this.spaces = spaces;
    this.tenants = tenants;
    this.thread = Thread.ofVirtual().name("expiry-sweep").start(this::run);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        // Replicas of the service sweep the same tenants: harmless, and spread by the jitter.
        Thread.sleep(PERIOD.plusMillis(RandomGenerator.getDefault().nextLong(PERIOD.toMillis())));
        for (TenantView tenant : tenants.all()) {
          while (store.sweep(spaces.of(tenant), MOST_AT_ONCE)) {
            LOG.debug("sweeping tenant {} goes on", tenant.id());
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ServiceException | RedisException e) {
        LOG.debug("sweep put off", e);
      }
    }
  }

  @PreDestroy
  void stop() {
    thread.interrupt();
  }
}
