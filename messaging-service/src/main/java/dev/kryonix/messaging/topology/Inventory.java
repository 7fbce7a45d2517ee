package dev.kryonix.messaging.topology;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.topology.BrokerObject.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What tenants have in the broker, as the management API tells it: of all of them in one call for
 * each kind, however many they are, or of one.
 */
final class Inventory {
  /** No statistics, which the broker would have to collect, and only what is compared. */
  private static final String EXCHANGE_FIELDS =
      "?disable_stats=true&columns=vhost,name,type,durable,auto_delete,internal,arguments";

  private static final String VHOST_FIELDS = "?disable_stats=true&columns=name,description,tags";

  private final Map<TenantId, Map<BrokerObject, JsonObject>> byTenant = new HashMap<>();

  private Inventory() {}

  /** What there is of every tenant. */
  static Inventory ofAll(ManagementApi api) throws ManagementException {
    Inventory inventory = new Inventory();
    inventory.read(api, Kind.USER, "/api/users");
    inventory.read(api, Kind.VHOST, "/api/vhosts" + VHOST_FIELDS);
    inventory.read(api, Kind.LIMIT, "/api/vhost-limits");
    inventory.read(api, Kind.POLICY, "/api/policies");
    inventory.read(api, Kind.EXCHANGE, "/api/exchanges" + EXCHANGE_FIELDS);
    inventory.read(api, Kind.PERMISSION, "/api/permissions");
    inventory.read(api, Kind.TOPIC_PERMISSION, "/api/topic-permissions");
    return inventory;
  }

  /** What there is of one kind of one tenant. */
  static Map<BrokerObject, JsonObject> of(ManagementApi api, Kind kind, TenantId tenant)
      throws ManagementException {
    String vhost = Names.vhost(tenant);
    String user = Names.user(tenant);
    Inventory inventory = new Inventory();
    switch (kind) {
      case USER, USER_LIMIT ->
          api.object(ManagementApi.path("users", user))
              .ifPresent(each -> inventory.add(kind, each));
      case VHOST ->
          api.object(ManagementApi.path("vhosts", vhost))
              .ifPresent(each -> inventory.add(kind, each));
      case EXCHANGE ->
          inventory.read(api, kind, ManagementApi.path("exchanges", vhost) + EXCHANGE_FIELDS);
      case LIMIT, POLICY -> inventory.read(api, kind, ManagementApi.path(kind.path(), vhost));
      case PERMISSION, TOPIC_PERMISSION ->
          inventory.read(api, kind, ManagementApi.path("users", user, kind.path()));
    }
    return inventory.of(tenant);
  }

  /** What there is of the tenant. */
  Map<BrokerObject, JsonObject> of(TenantId tenant) {
    return byTenant.getOrDefault(tenant, Map.of());
  }

  /** Everything, whether or not of a tenant that is known. */
  void forEach(BiConsumer<BrokerObject, JsonObject> consumer) {
    byTenant.values().forEach(objects -> objects.forEach(consumer));
  }

  private void read(ManagementApi api, Kind kind, String path) throws ManagementException {
    api.list(path).forEach(each -> add(kind, each));
  }

  private void add(Kind kind, JsonObject found) {
    switch (kind) {
      case USER, USER_LIMIT -> addUser(found);
      case VHOST -> add(BrokerObject.vhost(text(found, "name")), found);
      case LIMIT -> addLimits(found);
      case POLICY, EXCHANGE ->
          add(BrokerObject.within(kind, text(found, "vhost"), text(found, "name")), found);
      case PERMISSION, TOPIC_PERMISSION ->
          add(BrokerObject.within(kind, text(found, "vhost"), text(found, "user")), found);
    }
  }

  /** A user's limits are told with the user. */
  private void addUser(JsonObject user) {
    String name = text(user, "name");
    add(BrokerObject.user(name), user);
    if (user.get("limits") instanceof JsonObject limits) {
      limits.entrySet().forEach(limit -> add(BrokerObject.userLimit(name, limit.getKey()), limits));
    }
  }

  /** A vhost's limits are told in one object. */
  private void addLimits(JsonObject limits) {
    String vhost = text(limits, "vhost");
    if (limits.get("value") instanceof JsonObject values) {
      for (Map.Entry<String, JsonElement> limit : values.entrySet()) {
        JsonObject value = new JsonObject();
        value.add("value", limit.getValue());
        add(BrokerObject.within(Kind.LIMIT, vhost, limit.getKey()), value);
      }
    }
  }

  private void add(BrokerObject object, JsonObject found) {
    object
        .owner()
        .ifPresent(
            tenant ->
                byTenant.computeIfAbsent(tenant, unused -> new HashMap<>()).put(object, found));
  }

  /** The text of a field; empty when it has none. */
  static String text(JsonObject object, String field) {
    JsonElement value = object.get(field);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
  }
}
