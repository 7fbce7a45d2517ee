package dev.kryonix.messaging.history;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.publish.Publisher;
import dev.kryonix.messaging.retry.Waits;
import dev.kryonix.messaging.topology.LiveQueue;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/**
 * Puts messages of a history into their queues again, as they lie, under their ids: how long they
 * may wait begins anew.
 */
@Singleton
final class Republishing {
  private final Publisher publisher;
  private final InstantSource clock;

  Republishing(Publisher publisher, InstantSource clock) {
    this.publisher = publisher;
    this.clock = clock;
  }

  CompletableFuture<Boolean> publish(TenantView tenant, LiveQueue queue, Entry entry)
      throws InterruptedException {
    String name =
        Envelope.orderingKey(entry.properties()).isEmpty()
            ? queue.name(Envelope.lane(queue, entry.properties()))
            : Names.ordered(queue.name());
    BasicProperties again = Waits.anew(Envelope.again(entry.properties()), clock.instant());
    return publisher.republish(tenant, queue, name, new Packed(again, entry.body()));
  }
}
