package dev.kryonix.messaging.queues;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.subscribe.OrderedPurge;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Removes what no consumer holds in a queue, for good. */
@Singleton
final class Purge {
  private final TenantConnections connections;
  private final TenantQueues queues;
  private final OrderedPurge ordered;

  Purge(TenantConnections connections, TenantQueues queues, OrderedPurge ordered) {
    this.connections = connections;
    this.queues = queues;
    this.ordered = ordered;
  }

  /** Empties the operation's lanes and its ordered queue; how many messages that were. */
  long all(TenantView tenant, LiveQueue queue) {
    List<String> names = new ArrayList<>();
    for (Lane lane : Lane.values()) {
      names.add(queue.name(lane));
    }
    String withKeys = Names.ordered(queue.name());
    names.add(withKeys);
    try {
      Set<String> existing = queues.existing(tenant);
      long purged =
          names.stream().filter(existing::contains).mapToLong(name -> one(tenant, name)).sum();
      // After the broker, which fills up what is taken away here.
      return existing.contains(withKeys) ? purged + ordered.everywhere(tenant, queue) : purged;
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  private long one(TenantView tenant, String name) {
    Channel channel = connections.toConsume(tenant).openChannel();
    try {
      return channel.queuePurge(name).getMessageCount();
    } catch (IOException e) {
      if (Channels.isQueueGone(channel)) {
        // The queue has gone, which left nothing to remove.
        queues.forget(tenant.uid(), name);
        return 0;
      }
      throw BrokerErrors.unavailable(e);
    } catch (ShutdownSignalException e) {
      throw BrokerErrors.unavailable(e);
    } finally {
      Channels.abort(channel);
    }
  }
}
