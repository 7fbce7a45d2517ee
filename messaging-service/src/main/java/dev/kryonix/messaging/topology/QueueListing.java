package dev.kryonix.messaging.topology;

import com.google.gson.JsonObject;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.broker.Patience;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of all queues that one tenant has in the broker, as of a second ago at most: many
 * subscriptions of a tenant ask, and each time costs a call of the management API. While that does
 * not answer, it is what was there the last time: consumers can go on, who need the queues only.
 */
final class QueueListing {
  private static final Logger LOG = LoggerFactory.getLogger(QueueListing.class);
  private static final long KEPT_NANOS = Duration.ofSeconds(1).toNanos();
  private static final String NAMES = "?columns=name&disable_stats=true&enable_queue_totals=true";

  private final ManagementApi api;
  private final ReentrantLock asking = new ReentrantLock();

  /** What was declared or turned out to be gone since the broker told of its queues. */
  private final Set<String> more = ConcurrentHashMap.newKeySet();

  private final Set<String> fewer = ConcurrentHashMap.newKeySet();

  private volatile @Nullable Set<String> told;
  private volatile @Nullable ManagementException failure;
  private volatile long asked = System.nanoTime() - KEPT_NANOS - 1;

  /** Whether something has changed since the broker was asked. */
  private volatile boolean isOutOfDate;

  QueueListing(ManagementApi api) {
    this.api = api;
  }

  void declared(String queue) {
    fewer.remove(queue);
    more.add(queue);
    isOutOfDate = true;
  }

  void gone(String queue) {
    more.remove(queue);
    fewer.add(queue);
    isOutOfDate = true;
  }

  Set<String> names(TenantId tenant) throws ManagementException {
    if (!takeTurn()) {
      return known();
    }
    try {
      boolean isFresh = System.nanoTime() - asked <= KEPT_NANOS;
      if (!isFresh || (isOutOfDate && failure == null)) {
        ask(tenant);
      }
      return known();
    } finally {
      asking.unlock();
    }
  }

  /** False when somebody waits for the broker's answer already, and there is an older one. */
  private boolean takeTurn() {
    if (told == null) {
      asking.lock();
      return true;
    }
    try {
      return asking.tryLock(KEPT_NANOS, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void ask(TenantId tenant) {
    isOutOfDate = false;
    Set<String> declaredBefore = Set.copyOf(more);
    Set<String> goneBefore = Set.copyOf(fewer);
    try {
      Set<String> names = new HashSet<>();
      for (JsonObject queue :
          api.list(ManagementApi.path("queues", Names.vhost(tenant)) + NAMES, Patience.CALLER)) {
        names.add(Inventory.text(queue, "name"));
      }
      told = names;
      failure = null;
      more.removeAll(declaredBefore);
      fewer.removeAll(goneBefore);
    } catch (ManagementException e) {
      LOG.debug("the queues of tenant {} are not known anew", tenant, e);
      failure = e;
    }
    asked = System.nanoTime();
  }

  /** What the broker has told, with what has happened since. */
  private Set<String> known() throws ManagementException {
    Set<String> last = told;
    ManagementException why = failure;
    if (last == null) {
      throw Objects.requireNonNull(why, "neither an answer nor a failure");
    }
    Set<String> names = new HashSet<>(last);
    names.addAll(more);
    names.removeAll(fewer);
    return names;
  }
}
