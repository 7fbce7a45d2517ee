package dev.kryonix.messaging.topology;

import com.google.gson.JsonObject;
import dev.kryonix.kit.identity.TenantId;

/**
 * A queue of a tenant as the broker's statistics show it.
 *
 * @param tenant whose
 * @param name its name
 * @param ready messages that wait
 * @param messages all messages that it has, in consumers' hands and on the way to the dead letters
 *     too
 * @param consumers consumers
 * @param activity grows whenever a message comes or goes
 */
record QueueSample(
    TenantId tenant, String name, long ready, long messages, long consumers, long activity) {

  static QueueSample of(TenantId tenant, JsonObject queue) {
    long activity = 0;
    if (queue.get("message_stats") instanceof JsonObject counts) {
      activity =
          number(counts, "publish") + number(counts, "deliver_get") + number(counts, "redeliver");
    }
    return new QueueSample(
        tenant,
        Inventory.text(queue, "name"),
        number(queue, "messages_ready"),
        // Without statistics yet, it is not known to be empty.
        queue.has("messages") ? number(queue, "messages") : 1,
        queue.has("consumers") ? number(queue, "consumers") : 1,
        activity);
  }

  boolean isUnused() {
    return messages == 0 && consumers == 0;
  }

  private static long number(JsonObject object, String name) {
    return object.has(name) && object.get(name).isJsonPrimitive()
        ? object.get(name).getAsLong()
        : 0;
  }
}
