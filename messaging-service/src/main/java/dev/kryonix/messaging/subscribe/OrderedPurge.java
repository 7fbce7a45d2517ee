package dev.kryonix.messaging.subscribe;

import com.google.gson.JsonObject;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.broker.Patience;
import dev.kryonix.messaging.topology.LiveQueue;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Set;

/**
 * Removes what waits in the service of an ordered queue: the broker, which has given it to one of
 * the replicas, does not purge it. Those that are at the queue are asked, which the tags of their
 * consumers name.
 */
@Singleton
public final class OrderedPurge {
  private final OrderedQueues here;
  private final AckForwarding peers;
  private final ManagementApi api;

  OrderedPurge(OrderedQueues here, AckForwarding peers, ManagementApi api) {
    this.here = here;
    this.peers = peers;
    this.api = api;
  }

  /** How many messages that were. When a replica does not answer, it is not all. */
  public long everywhere(TenantView tenant, LiveQueue queue) {
    long purged = here.purge(tenant.uid(), queue.name());
    try {
      for (String peer : peers(tenant, Names.ordered(queue.name()))) {
        purged += peers.purge(tenant, peer, queue.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommonErrors.notServing("the call was interrupted");
    }
    return purged;
  }

  private Set<String> peers(TenantView tenant, String ordered) {
    try {
      Set<String> at = new HashSet<>();
      String path = ManagementApi.path("consumers", Names.vhost(tenant.id()));
      for (JsonObject consumer : api.list(path, Patience.CALLER)) {
        String tag = consumer.get("consumer_tag").getAsString();
        if (ordered.equals(consumer.getAsJsonObject("queue").get("name").getAsString())
            && tag.startsWith(AckForwarding.QUEUE)
            && !tag.equals(here.instance())) {
          at.add(tag);
        }
      }
      return at;
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
  }
}
