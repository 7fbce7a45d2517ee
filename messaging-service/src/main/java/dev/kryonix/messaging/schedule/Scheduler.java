package dev.kryonix.messaging.schedule;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.schedule.ScheduleStore.Due;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes scheduled messages when their time has come. Every replica does: a message is claimed
 * in the database before it is published, so each is published by one. It sleeps until the next is
 * due, and is woken when one is kept that is due before; replicas tell each other through the
 * database.
 */
@Singleton
final class Scheduler implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
  private static final int MOST_AT_ONCE = 256;
  private static final int TENANTS_AT_ONCE = 32;
  private static final Duration WHILE_AWAY = Duration.ofSeconds(1);
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration CLEAN_EVERY = Duration.ofMinutes(1);

  private final ScheduleStore store;
  private final StagedStore staged;
  private final DueMessages messages;
  private final ScheduleBell bell;
  private final TenantDirectory tenants;
  private final ScheduleConfig config;

  /** Has a permit when there is reason to look. */
  private final Semaphore reasons = new Semaphore(0);

  private final Semaphore groups = new Semaphore(TENANTS_AT_ONCE);
  private long nextClean = System.nanoTime();
  private @Nullable Thread thread;

  Scheduler(
      ScheduleStore store,
      StagedStore staged,
      DueMessages messages,
      ScheduleBell bell,
      TenantDirectory tenants,
      ScheduleConfig config) {
    this.store = store;
    this.staged = staged;
    this.messages = messages;
    this.bell = bell;
    this.tenants = tenants;
    this.config = config;
  }

  @Override
  public void start() {
    thread = Thread.ofVirtual().name("scheduler").start(this::run);
    bell.start(this::wake);
    tenants.onChange(this::changed);
  }

  @Override
  public void stop() {
    bell.stop();
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  /** There is something new: look now. */
  void wake() {
    reasons.release();
  }

  /** What waited for the tenant to be served, or to have a module, may be due now. */
  private void changed(TenantId id) {
    tenants
        .find(id)
        .filter(tenant -> tenant.serving() == Serving.SERVING)
        .ifPresent(
            tenant ->
                Thread.ofVirtual()
                    .name("schedule-resume")
                    .start(
                        () -> {
                          try {
                            if (store.dueAgain(Owner.of(tenant))) {
                              wake();
                            }
                          } catch (ServiceException e) {
                            LOG.debug("what waits for tenant {} waits for its next turn", id, e);
                          }
                        }));
  }

  private void run() {
    try {
      while (true) {
        Duration pause = round();
        if (reasons.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          reasons.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Publishes what is due; returns how long nothing will be. */
  private Duration round() throws InterruptedException {
    try {
      List<Due> due;
      do {
        due = store.claim(MOST_AT_ONCE, config.claim());
        publish(due);
      } while (!due.isEmpty());
      clean();
      Duration next = store.untilNext().orElse(config.look());
      if (next.compareTo(config.look()) > 0) {
        return config.look();
      }
      return next.compareTo(LEAST) < 0 ? LEAST : next;
    } catch (ServiceException e) {
      LOG.debug("the schedule cannot be read for now", e);
      return WHILE_AWAY;
    } catch (RuntimeException e) {
      // Such as a database that is read-only, or full: nothing that lasts for ever.
      LOG.warn("the schedule cannot be worked off for now", e);
      return WHILE_AWAY;
    }
  }

  /** Each tenant's on a thread of its own, so that one that is held up holds up no other. */
  private void publish(List<Due> due) throws InterruptedException {
    Map<Owner, List<Due>> byTenant = new LinkedHashMap<>();
    due.forEach(each -> byTenant.computeIfAbsent(each.owner(), o -> new ArrayList<>()).add(each));
    for (Map.Entry<Owner, List<Due>> group : byTenant.entrySet()) {
      groups.acquire();
      Thread.ofVirtual()
          .name("schedule-publish")
          .start(
              () -> {
                try {
                  messages.publish(group.getKey(), group.getValue());
                } finally {
                  groups.release();
                  wake();
                }
              });
    }
  }

  private void clean() {
    if (System.nanoTime() - nextClean > 0) {
      nextClean = System.nanoTime() + CLEAN_EVERY.toNanos();
      store.eraseSettled();
      staged.eraseLeft();
    }
  }
}
