package dev.kryonix.messaging.history;

import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.publish.Publisher;
import dev.kryonix.messaging.topology.LiveQueue;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;

/** Puts messages of a history into their queues again, as they lie, under their ids. */
@Singleton
final class Republishing {
  private final Publisher publisher;

  Republishing(Publisher publisher) {
    this.publisher = publisher;
  }

  CompletableFuture<Boolean> publish(TenantView tenant, LiveQueue queue, Entry entry)
      throws InterruptedException {
    String name =
        Envelope.orderingKey(entry.properties()).isEmpty()
            ? queue.name(Envelope.lane(queue, entry.properties()))
            : Names.ordered(queue.name());
    return publisher.republish(
        tenant, queue, name, new Packed(Envelope.again(entry.properties()), entry.body()));
  }
}
