package dev.kryonix.messaging.topology;

import com.google.gson.JsonObject;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.topology.Blueprint.Difference;
import dev.kryonix.messaging.topology.BrokerObject.Kind;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * A tenant's vhost, user and everything in the vhost that is there from the beginning, through the
 * management API. Looks first and changes only what differs.
 */
@Singleton
final class TenantVhost {
  private static final int AT_ONCE = 2;
  private static final int CLOSE_ATTEMPTS = 5;
  private static final Duration BETWEEN_CLOSES = Duration.ofMillis(50);
  private static final int REFUSED = 400;
  private static final int FAILED_INSIDE = 500;
  private static final String QUEUE_NAMES =
      "?columns=name&disable_stats=true&enable_queue_totals=true";

  private final ManagementApi api;
  private final VhostCompletion completion;

  /** Making a vhost is a step of the whole cluster: few at once, first come first served. */
  private final Semaphore making = new Semaphore(AT_ONCE, true);

  TenantVhost(ManagementApi api, VhostCompletion completion) {
    this.api = api;
    this.completion = completion;
  }

  /** Makes the tenant's things of these kinds as they must be. */
  void mend(TenantId tenant, Blueprint blueprint, Kind... kinds) throws ManagementException {
    try {
      mendOnce(tenant, blueprint, kinds);
    } catch (ManagementException e) {
      if (e.status() != REFUSED) {
        throw e;
      }
      // Another instance makes the same at the same time, and was faster.
      mendOnce(tenant, blueprint, kinds);
    }
  }

  private void mendOnce(TenantId tenant, Blueprint blueprint, Kind... kinds)
      throws ManagementException {
    Map<BrokerObject, JsonObject> actual = new HashMap<>();
    for (Kind kind : kinds) {
      actual.putAll(Inventory.of(api, kind, tenant));
    }
    Set<String> exchangesMade = new HashSet<>();
    for (Difference difference : blueprint.differences(List.of(kinds), actual)) {
      BrokerObject object = difference.object();
      switch (difference) {
        case Difference.Surplus surplus -> api.delete(object.path());
        case Difference.Wanted wanted when object.kind() == Kind.EXCHANGE -> {
          // An exchange cannot be changed.
          if (wanted.exists()) {
            api.delete(object.path());
          }
          api.put(object.path(), wanted.body());
          exchangesMade.add(object.name());
        }
        case Difference.Wanted wanted -> api.put(object.path(), wanted.body());
      }
    }
    bindAgain(tenant, exchangesMade);
  }

  /** Makes the tenant's vhost; true when there was none of this tenant. */
  boolean make(TenantId tenant, TenantUid uid, Blueprint blueprint) throws ManagementException {
    making.acquireUninterruptibly();
    try {
      BrokerObject vhost = BrokerObject.vhost(Names.vhost(tenant));
      Map<BrokerObject, JsonObject> actual = Inventory.of(api, Kind.VHOST, tenant);
      JsonObject found = actual.get(vhost);
      boolean usable =
          found != null && !blueprint.isAnothers(actual) && completion.complete(tenant, found);
      if (found != null && !usable) {
        api.delete(vhost.path());
        actual = Map.of();
      }
      for (Difference difference : blueprint.differences(List.of(Kind.VHOST), actual)) {
        if (difference instanceof Difference.Wanted wanted) {
          putVhost(vhost.path(), uid, wanted.body());
        }
      }
      if (!usable) {
        completion.awaitWhole(tenant);
      }
      return !usable;
    } finally {
      making.release();
    }
  }

  /** After a call without an answer, what counts is what can be read back. */
  private void putVhost(String path, TenantUid uid, JsonObject body) throws ManagementException {
    try {
      api.put(path, body);
    } catch (ManagementException e) {
      if (api.object(path).filter(vhost -> isOf(vhost, uid)).isEmpty()) {
        throw e;
      }
    }
  }

  /** Bindings go with their exchange, and the queues' users believe that they are still there. */
  private void bindAgain(TenantId tenant, Set<String> exchanges) throws ManagementException {
    if (exchanges.isEmpty()) {
      return;
    }
    for (String queue : queues(tenant)) {
      QueueBinding binding = QueueBinding.of(queue);
      if (exchanges.contains(binding.exchange()) && !queue.equals(Names.HISTORY)) {
        JsonObject body = new JsonObject();
        body.addProperty("routing_key", binding.routingKey());
        api.post(
            ManagementApi.path(
                "bindings", Names.vhost(tenant), "e", binding.exchange(), "q", queue),
            body);
      }
    }
  }

  private Set<String> queues(TenantId tenant) throws ManagementException {
    Set<String> names = new HashSet<>();
    String path = ManagementApi.path("queues", Names.vhost(tenant)) + QUEUE_NAMES;
    for (JsonObject queue : api.list(path)) {
      names.add(Inventory.text(queue, "name"));
    }
    return names;
  }

  /**
   * Closes the connections of the tenant's user, which the broker tracks as they open, and then
   * those of others to its vhost, which are listed from statistics some seconds old.
   */
  void closeConnections(TenantId tenant) throws ManagementException {
    closeConnectionsOf(Names.user(tenant));
    String path =
        ManagementApi.path("vhosts", Names.vhost(tenant), "connections") + "?columns=name";
    for (JsonObject connection : api.list(path)) {
      String name = Inventory.text(connection, "name");
      if (!name.isEmpty()) {
        api.delete(ManagementApi.path("connections", name));
      }
    }
  }

  /** The broker fails at a connection that is just ending; asked again, it has gone. */
  private void closeConnectionsOf(String user) throws ManagementException {
    for (int left = CLOSE_ATTEMPTS - 1; ; left--) {
      try {
        api.delete(ManagementApi.path("connections", "username", user));
        return;
      } catch (ManagementException e) {
        if (e.status() < FAILED_INSIDE || left == 0) {
          throw e;
        }
      }
      LockSupport.parkNanos(BETWEEN_CLOSES.toNanos());
    }
  }

  /** Removes the vhost and the user when they are this tenant's and not a later one's. */
  void remove(TenantId tenant, TenantUid uid) throws ManagementException {
    String vhost = ManagementApi.path("vhosts", Names.vhost(tenant));
    if (api.object(vhost).filter(actual -> isOf(actual, uid)).isPresent()) {
      deleteVhost(vhost, uid);
    }
    String user = ManagementApi.path("users", Names.user(tenant));
    if (api.object(user).filter(actual -> isOf(actual, uid)).isPresent()) {
      api.delete(user);
    }
  }

  /** RabbitMQ 4 fails inside when another instance deletes it at the same time, and was faster. */
  private void deleteVhost(String path, TenantUid uid) throws ManagementException {
    try {
      api.delete(path);
    } catch (ManagementException e) {
      if (api.object(path).filter(vhost -> isOf(vhost, uid)).isPresent()) {
        throw e;
      }
    }
  }

  /** How much of this tenant, and not of a later one of its id, there is. */
  Map<String, Long> count(TenantId tenant, TenantUid uid) throws ManagementException {
    boolean vhost =
        api.object(ManagementApi.path("vhosts", Names.vhost(tenant)))
            .filter(actual -> isOf(actual, uid))
            .isPresent();
    boolean user =
        api.object(ManagementApi.path("users", Names.user(tenant)))
            .filter(actual -> isOf(actual, uid))
            .isPresent();
    return Map.of(
        "messaging.vhosts", vhost ? 1L : 0L,
        "messaging.users", user ? 1L : 0L,
        "messaging.queues", vhost ? (long) queues(tenant).size() : 0L);
  }

  private static boolean isOf(JsonObject vhostOrUser, TenantUid uid) {
    return Blueprint.uidOf(vhostOrUser).filter(uid::equals).isPresent();
  }
}
