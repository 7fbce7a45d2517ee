package dev.kryonix.cache.entry;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.RedisException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the books of all tenants, one after the other, and after those of a tenant that has
 * just flushed at once. Redis tells nobody reliably that a key has expired, so the index is asked;
 * writes sweep too, so a busy tenant never waits for this.
 */
@Singleton
final class Reclaimer {
  private static final Logger LOG = LoggerFactory.getLogger(Reclaimer.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final int SWEPT_AT_ONCE = 500;
  private static final int MOST_WAITING = 10_000;

  private final EntryStore store;
  private final Reclaim reclaim;
  private final Spaces spaces;
  private final TenantDirectory tenants;
  private final LinkedBlockingQueue<TenantView> woken = new LinkedBlockingQueue<>(MOST_WAITING);
  private final Thread thread;

  Reclaimer(EntryStore store, Reclaim reclaim, Spaces spaces, TenantDirectory tenants) {
    this.store = store;
    this.reclaim = reclaim;
    this.spaces = spaces;
    this.tenants = tenants;
    this.thread = Thread.ofVirtual().name("reclaimer").start(this::run);
  }

  /** Asks to look after a tenant soon; if too many ask, the round comes to it anyway. */
  void wake(TenantView tenant) {
    if (!woken.offer(tenant)) {
      LOG.debug("tenant {} is looked after in the next round", tenant.id());
    }
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        // Replicas of the service look after the same tenants: harmless, and spread by the jitter.
        long wait = PERIOD.toMillis() + RandomGenerator.getDefault().nextLong(PERIOD.toMillis());
        @Nullable TenantView next = woken.poll(wait, TimeUnit.MILLISECONDS);
        if (next != null) {
          lookAfter(next);
        } else {
          for (TenantView tenant : tenants.all()) {
            lookAfter(tenant);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Sweeps what has expired and removes what is dead. */
  void lookAfter(TenantView tenant) throws InterruptedException {
    try {
      TenantSpace space = spaces.of(tenant);
      while (store.sweep(space, SWEPT_AT_ONCE)) {
        LOG.debug("sweeping tenant {} goes on", tenant.id());
      }
      reclaim.lookAfter(space);
    } catch (ServiceException | RedisException e) {
      LOG.debug("the books of tenant {} are put off", tenant.id(), e);
    }
  }

  @PreDestroy
  void stop() {
    thread.interrupt();
  }
}
