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
 * statistics are.
 */
@Singleton
final class QueueStatistics {
  private static final String COLUMNS =
      "?columns=name,messages_ready,messages_unacknowledged,consumers,message_bytes,"
          + "head_message_timestamp,message_stats.publish_details.rate,"
          + "message_stats.deliver_get_details.rate,message_stats.ack_details.rate";

  private final ManagementApi api;

  QueueStatistics(ManagementApi api) {
    this.api = api;
  }

  Map<String, Json> of(TenantView tenant) {
    Map<String, Json> queues = new HashMap<>();
    try {
      String path = ManagementApi.path("queues", Names.vhost(tenant.id())) + COLUMNS;
      for (JsonObject each : api.list(path, Patience.CALLER)) {
        Json queue = new Json(each);
        queues.put(queue.text("name"), queue);
      }
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
    return queues;
  }
}
