package dev.kryonix.messaging.topology;

import com.google.gson.JsonObject;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.TenantMeter;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What tenants use of the broker: queues, the messages in them, and connections, of all tenants in
 * two calls. Connections are known from statistics some seconds old.
 */
@Singleton
final class BrokerMeter implements TenantMeter {
  private static final String QUEUES =
      "/api/queues?disable_stats=true&enable_queue_totals=true&columns=vhost,name,messages";
  private static final String CONNECTIONS = "/api/connections?columns=vhost";

  private final ManagementApi api;

  BrokerMeter(ManagementApi api) {
    this.api = api;
  }

  /** What one tenant uses, while it is counted. */
  private static final class Tally {
    long queues;
    long messages;
    long connections;

    Map<String, Long> amounts() {
      return Map.of(
          "messaging.queues", queues,
          "messaging.messages", messages,
          "messaging.connections", connections);
    }
  }

  @Override
  public Map<TenantUid, Map<String, Long>> measure(Collection<TenantView> tenants)
      throws ReconcileException {
    Map<TenantId, Tally> tallies = BrokerReach.ask(this::count);
    Map<TenantUid, Map<String, Long>> usage = new HashMap<>();
    for (TenantView tenant : tenants) {
      usage.put(tenant.uid(), tallies.getOrDefault(tenant.id(), new Tally()).amounts());
    }
    return usage;
  }

  private Map<TenantId, Tally> count() throws ManagementException {
    Map<TenantId, Tally> tallies = new HashMap<>();
    for (JsonObject queue : api.list(QUEUES)) {
      if (Inventory.text(queue, "name").equals(Names.HISTORY)) {
        continue;
      }
      if (Names.isOfPlan(Inventory.text(queue, "name"))) {
        tally(tallies, queue).queues++;
      }
      // A queue whose leader is away has no totals.
      if (queue.has("messages")) {
        tally(tallies, queue).messages += queue.get("messages").getAsLong();
      }
    }
    for (JsonObject connection : api.list(CONNECTIONS)) {
      tally(tallies, connection).connections++;
    }
    return tallies;
  }

  private static Tally tally(Map<TenantId, Tally> tallies, JsonObject found) {
    return Names.tenantOfVhost(Inventory.text(found, "vhost"))
        .map(tenant -> tallies.computeIfAbsent(tenant, unused -> new Tally()))
        .orElseGet(Tally::new);
  }
}
