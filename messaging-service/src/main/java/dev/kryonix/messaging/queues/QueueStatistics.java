package dev.kryonix.messaging.queues;

import com.google.gson.JsonObject;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.broker.Patience;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;

/**
 * What the broker says of a tenant's queues, by their names there; up to five seconds old, as its
 * statistics are. Of consumers those of pulls do not count: they are mere holders of a message.
 */
@Singleton
final class QueueStatistics {
  private static final String COLUMNS =
      "?columns=name,messages_ready,messages_unacknowledged,message_bytes,"
          + "head_message_timestamp,message_stats.publish_details.rate,"
          + "message_stats.deliver_get_details.rate,message_stats.ack_details.rate";

  private final ManagementApi api;

  QueueStatistics(ManagementApi api) {
    this.api = api;
  }

  Map<String, Json> of(TenantView tenant) {
    Map<String, Json> queues = new HashMap<>();
    try {
      Map<String, Integer> consumers = consumers(tenant);
      String path = ManagementApi.path("queues", Names.vhost(tenant.id())) + COLUMNS;
      for (JsonObject each : api.list(path, Patience.CALLER)) {
        Json queue = new Json(each);
        String name = queue.text("name");
        each.addProperty("consumers", consumers.getOrDefault(name, 0));
        queues.put(name, queue);
      }
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
    return queues;
  }

  private Map<String, Integer> consumers(TenantView tenant) throws ManagementException {
    Map<String, Integer> consumers = new HashMap<>();
    String path = ManagementApi.path("consumers", Names.vhost(tenant.id()));
    for (JsonObject each : api.list(path, Patience.CALLER)) {
      Json consumer = new Json(each);
      if (!consumer.text("consumer_tag").startsWith(Names.PULLS)) {
        consumers.merge(consumer.text("queue.name"), 1, Integer::sum);
      }
    }
    return consumers;
  }
}
