package dev.kryonix.messaging.queues;

import com.google.gson.JsonObject;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;

/** The broker cluster, as its management API tells of it. */
@Singleton
final class Cluster {
  private static final String NODES =
      "/api/nodes?columns=name,running,mem_used,mem_limit,mem_alarm,disk_free,disk_free_limit,"
          + "disk_free_alarm,partitions";
  private static final String OVERVIEW =
      "/api/overview?columns=cluster_name,rabbitmq_version,queue_totals,object_totals";
  private static final String CONNECTIONS =
      "/api/connections?columns=name,vhost,user_provided_name,state,channels,"
          + "recv_oct_details.rate,send_oct_details.rate,connected_at,node";
  private static final String QUORUM = "/api/queues?columns=name,vhost,type,members,online";

  private final ManagementApi api;

  Cluster(ManagementApi api) {
    this.api = api;
  }

  /** The nodes, by name. */
  List<Json> nodes() {
    return list(NODES).stream().sorted(Comparator.comparing(node -> node.text("name"))).toList();
  }

  Json overview() {
    return get(OVERVIEW);
  }

  long vhosts() {
    return list("/api/vhosts?columns=name").size();
  }

  /** All connections, by name. */
  List<Json> connections() {
    return list(CONNECTIONS).stream()
        .sorted(Comparator.comparing(connection -> connection.text("name")))
        .toList();
  }

  /** Whether an optional feature of the broker is enabled. */
  boolean hasFeature(String name) {
    return list("/api/feature-flags").stream()
        .anyMatch(flag -> flag.text("name").equals(name) && flag.text("state").equals("enabled"));
  }

  /** Queues of which fewer than half of the members run, as {@code vhost/name}. */
  List<String> withoutMajority() {
    return list(QUORUM).stream()
        .filter(queue -> queue.size("members") > 0)
        .filter(queue -> 2 * queue.size("online") <= queue.size("members"))
        .map(queue -> queue.text("vhost") + "/" + queue.text("name"))
        .sorted()
        .toList();
  }

  private Json get(String path) {
    try {
      return new Json(api.object(path).orElseGet(JsonObject::new));
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  private List<Json> list(String path) {
    try {
      return api.list(path).stream().map(Json::new).toList();
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
  }
}
