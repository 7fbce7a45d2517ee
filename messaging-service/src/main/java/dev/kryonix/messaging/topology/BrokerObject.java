package dev.kryonix.messaging.topology;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.Names;
import java.util.Optional;

/**
 * The identity of something in the broker that the management API makes and removes.
 *
 * @param kind what it is
 * @param vhost the vhost that it is in; empty for users and their limits
 * @param name its name within the vhost, or the user whose it is; empty for vhosts
 * @param detail which of several it is; mostly empty
 */
record BrokerObject(Kind kind, String vhost, String name, String detail) {
  /** What there is, and the management API's word for it. */
  enum Kind {
    USER("users"),
    /** A limit of a user; tenants' users have none, because the vhost's limits count. */
    USER_LIMIT("user-limits"),
    VHOST("vhosts"),
    LIMIT("vhost-limits"),
    POLICY("policies"),
    EXCHANGE("exchanges"),
    PERMISSION("permissions"),
    /** A user's restriction to routing keys of an exchange; tenants' users have none. */
    TOPIC_PERMISSION("topic-permissions");

    private final String path;

    Kind(String path) {
      this.path = path;
    }

    String path() {
      return path;
    }
  }

  static BrokerObject user(String name) {
    return new BrokerObject(Kind.USER, "", name, "");
  }

  static BrokerObject userLimit(String user, String limit) {
    return new BrokerObject(Kind.USER_LIMIT, "", user, limit);
  }

  static BrokerObject vhost(String vhost) {
    return new BrokerObject(Kind.VHOST, vhost, "", "");
  }

  static BrokerObject within(Kind kind, String vhost, String name) {
    return new BrokerObject(kind, vhost, name, "");
  }

  /** Where the management API has it. */
  String path() {
    return switch (kind) {
      case USER -> ManagementApi.path(kind.path(), name);
      case USER_LIMIT -> ManagementApi.path(kind.path(), name, detail);
      case VHOST -> ManagementApi.path(kind.path(), vhost);
      case LIMIT, POLICY, EXCHANGE, PERMISSION, TOPIC_PERMISSION ->
          ManagementApi.path(kind.path(), vhost, name);
    };
  }

  /** The tenant whose it is: the user's for rights, wherever they reach; else the vhost's. */
  Optional<TenantId> owner() {
    return switch (kind) {
      case USER, USER_LIMIT -> Names.tenantOfUser(name);
      case PERMISSION, TOPIC_PERMISSION -> Names.tenantOfUser(name);
      case VHOST, LIMIT, POLICY, EXCHANGE -> Names.tenantOfVhost(vhost);
    };
  }
}
