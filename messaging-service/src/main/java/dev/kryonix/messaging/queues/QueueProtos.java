package dev.kryonix.messaging.queues;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.LaneStatus;
import dev.kryonix.api.messaging.v1.ParkedKey;
import dev.kryonix.api.messaging.v1.Queue;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.retry.Parked;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import java.util.Map;

/** Queues as the contract has them. */
final class QueueProtos {
  private QueueProtos() {}

  /** The operation's queue with its lanes and its ordered messages together. */
  static Queue.Builder queue(LiveQueue queue, int depth, Map<String, Json> broker) {
    Queue.Builder merged =
        Queue.newBuilder()
            .setName(queue.name())
            .setModule(queue.module())
            .setOperation(queue.operation())
            .setDepthLimit(depth)
            .setTtl(Durations.fromMillis(queue.ttl().toMillis()));
    for (Lane lane : Lane.values()) {
      Json found = broker.get(queue.name(lane));
      if (found != null) {
        add(merged, found);
        merged.addLanes(
            LaneStatus.newBuilder()
                .setLane(lane(lane))
                .setReady(found.number("messages_ready"))
                .setUnacked(found.number("messages_unacknowledged"))
                .setConsumers((int) found.number("consumers")));
      }
    }
    Json ordered = broker.get(Names.ordered(queue.name()));
    if (ordered != null) {
      add(merged, ordered);
    }
    return merged;
  }

  private static void add(Queue.Builder merged, Json queue) {
    merged
        .setReady(merged.getReady() + queue.number("messages_ready"))
        .setUnacked(merged.getUnacked() + queue.number("messages_unacknowledged"))
        // Who takes from the operation takes from all of its lanes.
        .setConsumers(Math.max(merged.getConsumers(), (int) queue.number("consumers")))
        .setSizeBytes(merged.getSizeBytes() + queue.number("message_bytes"))
        .setPublishRate(merged.getPublishRate() + queue.rate("message_stats.publish_details.rate"))
        .setDeliverRate(
            merged.getDeliverRate() + queue.rate("message_stats.deliver_get_details.rate"))
        .setAckRate(merged.getAckRate() + queue.rate("message_stats.ack_details.rate"));
    long head = queue.number("head_message_timestamp");
    if (head > 0) {
      Timestamp oldest = Timestamps.fromSeconds(head);
      if (!merged.hasOldestPublishTime()
          || Timestamps.compare(oldest, merged.getOldestPublishTime()) < 0) {
        merged.setOldestPublishTime(oldest);
      }
    }
  }

  static ParkedKey parked(Parked parked) {
    return ParkedKey.newBuilder()
        .setOrderingKey(parked.orderingKey())
        .setWaiting(parked.waiting())
        .setRetryTime(Timestamps.fromMillis(parked.retryTime().toEpochMilli()))
        .setError(parked.attempts().lastError())
        .build();
  }

  private static dev.kryonix.api.messaging.v1.Lane lane(Lane lane) {
    return switch (lane) {
      case HIGH -> dev.kryonix.api.messaging.v1.Lane.LANE_HIGH;
      case NORMAL -> dev.kryonix.api.messaging.v1.Lane.LANE_NORMAL;
      case LOW -> dev.kryonix.api.messaging.v1.Lane.LANE_LOW;
    };
  }
}
