package dev.kryonix.messaging.topology;

import com.google.gson.JsonObject;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all tenants' queues from time to time. What nobody has used for long is retired; where
 * messages wait, their module gets a place for dead letters before the first of them can expire,
 * because the broker has nowhere to put it else and would hold it back.
 */
@Singleton
final class QueueKeeper implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(QueueKeeper.class);
  private static final String QUEUES =
      "/api/queues?columns=vhost,name,messages,messages_ready,consumers,message_stats.publish,"
          + "message_stats.deliver_get,message_stats.redeliver";

  private final ManagementApi api;
  private final TenantDirectory tenants;
  private final TenantQueues queues;
  private final Operations operations;
  private final Retirement retirement;
  private final RetirementConfig config;
  private final Map<Key, Idle> idle = new HashMap<>();
  private Set<Key> waited = new HashSet<>();
  private final Rounds rounds = new Rounds("queue-keeper", this::round);

  QueueKeeper(
      ManagementApi api,
      TenantDirectory tenants,
      TenantQueues queues,
      Operations operations,
      Retirement retirement,
      RetirementConfig config) {
    this.api = api;
    this.tenants = tenants;
    this.queues = queues;
    this.operations = operations;
    this.retirement = retirement;
    this.config = config;
  }

  private record Key(TenantId tenant, String queue) {}

  /** Since when a queue has been unused, with the activity that it had then. */
  private record Idle(long nanos, long activity) {}

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void stop() {
    rounds.stop();
  }

  private Duration round() throws InterruptedException {
    try {
      List<QueueSample> samples = look();
      prepareDeadLetters(samples);
      retire(samples);
    } catch (ManagementException e) {
      LOG.debug("queues cannot be looked at now", e);
    }
    return config.look();
  }

  private List<QueueSample> look() throws ManagementException {
    List<QueueSample> samples = new ArrayList<>();
    for (JsonObject queue : api.list(QUEUES)) {
      Names.tenantOfVhost(Inventory.text(queue, "vhost"))
          .ifPresent(tenant -> samples.add(QueueSample.of(tenant, queue)));
    }
    return samples;
  }

  /** Where messages wait at two looks in a row. */
  private void prepareDeadLetters(List<QueueSample> samples) {
    Set<Key> waiting = new HashSet<>();
    for (QueueSample sample : samples) {
      Optional<LiveQueue> queue = operations.ofQueue(sample.name());
      if (sample.ready() > 0 && queue.isPresent()) {
        Key key = new Key(sample.tenant(), sample.name());
        waiting.add(key);
        if (waited.contains(key)) {
          tenant(sample).ifPresent(tenant -> prepare(tenant, queue.get().module()));
        }
      }
    }
    waited = waiting;
  }

  private void prepare(TenantView tenant, String module) {
    try {
      queues.ensureDeadLetters(tenant, module);
    } catch (ServiceException e) {
      // Such as a tenant with all the queues of its plan: what expires waits at the broker.
      LOG.debug("no place for dead letters of {} of tenant {}", module, tenant.id(), e);
    }
  }

  private void retire(List<QueueSample> samples) throws InterruptedException {
    long now = System.nanoTime();
    Map<Key, Idle> still = new HashMap<>();
    Map<TenantView, Set<String>> over = new HashMap<>();
    for (QueueSample sample : samples) {
      if (sample.isUnused() && Retirement.mayRetire(sample.name())) {
        Key key = new Key(sample.tenant(), sample.name());
        Idle before = idle.get(key);
        Idle since =
            before == null || before.activity != sample.activity()
                ? new Idle(now, sample.activity())
                : before;
        still.put(key, since);
        if (now - since.nanos >= config.retireAfter().toNanos()) {
          tenant(sample)
              .filter(tenant -> isRetryEmpty(sample.tenant(), samples))
              .ifPresent(
                  tenant ->
                      over.computeIfAbsent(tenant, unused -> new HashSet<>()).add(sample.name()));
        }
      }
    }
    idle.clear();
    idle.putAll(still);
    if (!over.isEmpty()) {
      retirement.retire(over);
    }
  }

  /** What waits for another attempt comes back to its queue, which therefore stays. */
  private static boolean isRetryEmpty(TenantId tenant, List<QueueSample> samples) {
    return samples.stream()
        .filter(sample -> sample.tenant().equals(tenant))
        .filter(sample -> sample.name().startsWith(Names.RETRY))
        .allMatch(sample -> sample.messages() == 0);
  }

  private Optional<TenantView> tenant(QueueSample sample) {
    return tenants.find(sample.tenant()).filter(view -> view.serving() == Serving.SERVING);
  }
}
