package dev.kryonix.messaging.topology;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Finishes vhosts whose making was cut short. The broker makes one in steps (its record, the
 * default exchanges, its processes, the permission of who asked for it) and stops between two of
 * them when whoever asked goes away; asked again, it finds the record and does nothing. The
 * permission comes last, so a vhost that has it is whole.
 */
@Singleton
final class VhostCompletion {
  private static final Set<String> DEFAULT_EXCHANGES =
      Set.of("", "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic");

  private static final String EVERYTHING = ".*";

  /** How long another instance is given to finish what it may be making just now. */
  private static final Duration IN_THE_MAKING = Duration.ofSeconds(3);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final ManagementApi api;
  private final String administrator;

  VhostCompletion(ManagementApi api, BrokerConfig config) {
    this.api = api;
    this.administrator = config.user();
  }

  /**
   * Makes what is missing, unless somebody else does. False when that cannot be done, because
   * nobody but the broker makes default exchanges, and nothing is lost by making the vhost anew.
   */
  boolean complete(TenantId tenant, JsonObject vhost) throws ManagementException {
    if (isWholeSoon(tenant)) {
      return true;
    }
    if (!names("exchanges", tenant).containsAll(DEFAULT_EXCHANGES)
        && names("queues", tenant).isEmpty()) {
      return false;
    }
    startWhereStopped(tenant, vhost);
    JsonObject all = new JsonObject();
    for (String right : new String[] {"configure", "write", "read"}) {
      all.addProperty(right, EVERYTHING);
    }
    api.put(permission(tenant), all);
    return true;
  }

  /**
   * Gives time to an instance that asked the broker for the same vhost before this one: who comes
   * second is answered before it is whole.
   */
  void awaitWhole(TenantId tenant) throws ManagementException {
    // If it never is, the next step is refused, and the next try completes it.
    var unused = isWholeSoon(tenant);
  }

  private boolean isWholeSoon(TenantId tenant) throws ManagementException {
    long end = System.nanoTime() + IN_THE_MAKING.toNanos();
    while (api.get(permission(tenant)).isEmpty()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    return true;
  }

  private String permission(TenantId tenant) {
    return ManagementApi.path("permissions", Names.vhost(tenant), administrator);
  }

  private void startWhereStopped(TenantId tenant, JsonObject vhost) throws ManagementException {
    JsonElement states = vhost.get("cluster_state");
    if (states == null || !states.isJsonObject()) {
      return;
    }
    for (Map.Entry<String, JsonElement> node : states.getAsJsonObject().entrySet()) {
      if (!node.getValue().getAsString().equals("running")) {
        api.post(
            ManagementApi.path("vhosts", Names.vhost(tenant), "start", node.getKey()),
            new JsonObject());
      }
    }
  }

  private Set<String> names(String kind, TenantId tenant) throws ManagementException {
    Set<String> names = new HashSet<>();
    String path = ManagementApi.path(kind, Names.vhost(tenant)) + "?columns=name";
    for (JsonObject each : api.list(path)) {
      names.add(Inventory.text(each, "name"));
    }
    return names;
  }
}
