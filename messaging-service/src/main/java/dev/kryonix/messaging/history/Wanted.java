package dev.kryonix.messaging.history;

import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.payload.StoredMessage;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which messages of a history a reader is shown: those of its sources with its attributes, that are
 * not older than their module keeps them. What cannot be opened, because its key is gone or it was
 * altered, is passed over.
 */
final class Wanted {
  private static final Logger LOG = LoggerFactory.getLogger(Wanted.class);

  private final Map<String, LiveQueue> queues = new HashMap<>();
  private final Map<String, String> attributes;
  private final Operations operations;
  private final Envelope envelope;

  Wanted(
      Operations operations,
      Envelope envelope,
      List<LiveQueue> queues,
      Map<String, String> attributes) {
    queues.forEach(queue -> this.queues.put(queue.name(), queue));
    this.attributes = attributes;
    this.operations = operations;
    this.envelope = envelope;
  }

  List<LiveQueue> queues() {
    return List.copyOf(queues.values());
  }

  /** The queue of a message that may be shown; decided without opening it. */
  Optional<LiveQueue> queueOf(Entry entry, Instant now) {
    return Optional.ofNullable(queues.get(entry.queue()))
        .filter(queue -> !entry.time().isBefore(now.minus(operations.moduleOf(queue).retention())));
  }

  /** The message, opened, when it is to be shown. */
  Optional<StoredMessage> open(TenantView tenant, LiveQueue queue, Entry entry) {
    if (!Envelope.attributes(entry.properties()).entrySet().containsAll(attributes.entrySet())) {
      return Optional.empty();
    }
    try {
      return Optional.of(envelope.unpack(tenant, queue, entry.properties(), entry.body()));
    } catch (PayloadCorruptException e) {
      LOG.warn(
          "message {} in the history of tenant {} at {} {}; it is passed over",
          entry.id(),
          tenant.id(),
          entry.offset(),
          e.getMessage());
      return Optional.empty();
    }
  }
}
