package dev.kryonix.messaging.topology;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.broker.Names.Exchange;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * A tenant's vhost, user and everything in the vhost that is there from the beginning, through the
 * management API. Each method looks first and changes only what differs.
 *
 * <p>The vhost's description and a tag of the user carry the tenant's uid, so that what an earlier
 * tenant of the same id left behind is known for what it is.
 */
@Singleton
final class TenantVhost {
  private static final int AT_ONCE = 2;
  private static final int POLICY_PRIORITY = 1;
  private static final int DELIVERY_LIMIT = 1000;
  private static final String UID = "uid.";

  /**
   * Live queues: a module, then an operation; not ours, which begin with kryonix, nor dead letters.
   */
  private static final String LIVE_QUEUES = "^(?!kryonix\\.)(?!amq\\.)[a-z]+\\..*(?<!\\.dead)$";

  private final ManagementApi api;
  private final VhostCompletion completion;
  private final SecureRandom random = new SecureRandom();

  /** Making a vhost is a step of the whole cluster: few at once, first come first served. */
  private final Semaphore making = new Semaphore(AT_ONCE, true);

  TenantVhost(ManagementApi api, VhostCompletion completion) {
    this.api = api;
    this.completion = completion;
  }

  void user(TenantId tenant, TenantUid uid, String password) throws ManagementException {
    String path = ManagementApi.path("users", Names.user(tenant));
    Optional<JsonElement> actual = api.get(path);
    if (actual.isPresent()) {
      JsonObject user = actual.get().getAsJsonObject();
      if (user.toString().contains(UID + uid)
          && BrokerPassword.matches(password, text(user, "password_hash"))) {
        return;
      }
    }
    JsonObject body = new JsonObject();
    body.addProperty("password_hash", BrokerPassword.hash(password, random));
    body.addProperty("hashing_algorithm", "rabbit_password_hashing_sha256");
    body.addProperty("tags", "kryonix," + UID + uid);
    api.put(path, body);
  }

  void vhost(TenantId tenant, TenantUid uid) throws ManagementException {
    making.acquireUninterruptibly();
    try {
      String path = ManagementApi.path("vhosts", Names.vhost(tenant));
      Optional<JsonElement> actual = api.get(path);
      if (actual.isPresent()) {
        boolean ours = isOf(actual.get(), uid);
        if (ours && completion.complete(tenant, actual.get().getAsJsonObject())) {
          return;
        }
        if (text(actual.get().getAsJsonObject(), "description").contains(UID)) {
          api.delete(path);
        }
      }
      make(path, uid);
    } finally {
      making.release();
    }
  }

  /** Makes the vhost; after a call without an answer, what counts is what can be read back. */
  private void make(String path, TenantUid uid) throws ManagementException {
    JsonObject body = new JsonObject();
    body.addProperty("description", "kryonix tenant " + UID + uid);
    body.addProperty("tags", "kryonix");
    body.addProperty("default_queue_type", "quorum");
    try {
      api.put(path, body);
    } catch (ManagementException e) {
      if (api.get(path).filter(vhost -> isOf(vhost, uid)).isEmpty()) {
        throw e;
      }
    }
  }

  void permissions(TenantId tenant) throws ManagementException {
    String path = ManagementApi.path("permissions", Names.vhost(tenant), Names.user(tenant));
    JsonObject wanted = new JsonObject();
    for (String right : new String[] {"configure", "write", "read"}) {
      wanted.addProperty(right, ".*");
    }
    putUnlessSame(path, wanted);
  }

  void limits(TenantId tenant, MessagingLimits limits, boolean open) throws ManagementException {
    JsonObject actual = limitsOf(tenant);
    Map<String, Integer> wanted =
        Map.of(
            "max-connections",
            open ? limits.getConnections() : 0,
            "max-queues",
            limits.getQueues());
    for (Map.Entry<String, Integer> limit : wanted.entrySet()) {
      JsonElement value = actual.get(limit.getKey());
      if (value == null || value.getAsInt() != limit.getValue()) {
        JsonObject body = new JsonObject();
        body.addProperty("value", limit.getValue());
        api.put(ManagementApi.path("vhost-limits", Names.vhost(tenant), limit.getKey()), body);
      }
    }
  }

  private JsonObject limitsOf(TenantId tenant) throws ManagementException {
    Optional<JsonElement> limits = api.get(ManagementApi.path("vhost-limits", Names.vhost(tenant)));
    if (limits.isPresent()
        && limits.get().isJsonArray()
        && !limits.get().getAsJsonArray().isEmpty()) {
      JsonElement value = limits.get().getAsJsonArray().get(0).getAsJsonObject().get("value");
      if (value != null && value.isJsonObject()) {
        return value.getAsJsonObject();
      }
    }
    return new JsonObject();
  }

  /** At-least-once dead-lettering works only together with reject-publish. */
  void policy(TenantId tenant, MessagingLimits limits) throws ManagementException {
    JsonObject definition = new JsonObject();
    definition.addProperty("max-length", limits.getQueueDepth());
    definition.addProperty("overflow", "reject-publish");
    definition.addProperty("dead-letter-exchange", Names.DEAD_LETTERS);
    definition.addProperty("dead-letter-strategy", "at-least-once");
    definition.addProperty("delivery-limit", DELIVERY_LIMIT);
    JsonObject wanted = new JsonObject();
    wanted.addProperty("pattern", LIVE_QUEUES);
    wanted.addProperty("apply-to", "queues");
    wanted.addProperty("priority", POLICY_PRIORITY);
    wanted.add("definition", definition);
    putUnlessSame(ManagementApi.path("policies", Names.vhost(tenant), Names.POLICY), wanted);
  }

  void exchanges(TenantId tenant) throws ManagementException {
    for (Exchange exchange : Names.EXCHANGES) {
      JsonObject arguments = new JsonObject();
      if (exchange.hasAlternate()) {
        arguments.addProperty("alternate-exchange", Names.UNROUTABLE);
      }
      JsonObject wanted = new JsonObject();
      wanted.addProperty("type", exchange.type());
      wanted.addProperty("durable", true);
      wanted.add("arguments", arguments);
      String path = ManagementApi.path("exchanges", Names.vhost(tenant), exchange.name());
      Optional<JsonElement> actual = api.get(path);
      if (actual.isPresent() && !contains(actual.get().getAsJsonObject(), wanted)) {
        api.delete(path);
      }
      putUnlessSame(path, wanted);
    }
  }

  /**
   * Closes the connections of the tenant's user, which the broker tracks as they open, and then
   * those of others to its vhost, which are listed from statistics some seconds old.
   */
  void closeConnections(TenantId tenant) throws ManagementException {
    api.delete(ManagementApi.path("connections", "username", Names.user(tenant)));
    String path =
        ManagementApi.path("vhosts", Names.vhost(tenant), "connections") + "?columns=name";
    JsonElement connections = api.get(path).orElseGet(JsonArray::new);
    for (JsonElement connection : connections.getAsJsonArray()) {
      String name = text(connection.getAsJsonObject(), "name");
      if (!name.isEmpty()) {
        api.delete(ManagementApi.path("connections", name));
      }
    }
  }

  /** Removes the vhost and the user when they are this tenant's and not a later one's. */
  void remove(TenantId tenant, TenantUid uid) throws ManagementException {
    String vhost = ManagementApi.path("vhosts", Names.vhost(tenant));
    if (api.get(vhost).filter(actual -> isOf(actual, uid)).isPresent()) {
      api.delete(vhost);
    }
    String user = ManagementApi.path("users", Names.user(tenant));
    if (api.get(user).filter(actual -> actual.toString().contains(UID + uid)).isPresent()) {
      api.delete(user);
    }
  }

  /** How much of this tenant, and not of a later one of its id, there is. */
  Map<String, Long> count(TenantId tenant, TenantUid uid) throws ManagementException {
    boolean vhost =
        api.get(ManagementApi.path("vhosts", Names.vhost(tenant)))
            .filter(actual -> isOf(actual, uid))
            .isPresent();
    boolean user =
        api.get(ManagementApi.path("users", Names.user(tenant)))
            .filter(actual -> actual.toString().contains(UID + uid))
            .isPresent();
    long queues =
        vhost
            ? api.get(
                    ManagementApi.path("queues", Names.vhost(tenant))
                        + "?columns=name&disable_stats=true&enable_queue_totals=true")
                .map(found -> found.getAsJsonArray().size())
                .orElse(0)
            : 0;
    return Map.of(
        "messaging.vhosts", vhost ? 1L : 0L,
        "messaging.users", user ? 1L : 0L,
        "messaging.queues", queues);
  }

  private void putUnlessSame(String path, JsonObject wanted) throws ManagementException {
    Optional<JsonElement> actual = api.get(path);
    if (actual.isEmpty() || !contains(actual.get().getAsJsonObject(), wanted)) {
      api.put(path, wanted);
    }
  }

  private static boolean contains(JsonObject actual, JsonObject wanted) {
    return wanted.entrySet().stream()
        .allMatch(field -> field.getValue().equals(actual.get(field.getKey())));
  }

  private static boolean isOf(JsonElement vhost, TenantUid uid) {
    return text(vhost.getAsJsonObject(), "description").contains(UID + uid);
  }

  private static String text(JsonObject object, String field) {
    JsonElement value = object.get(field);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
  }
}
