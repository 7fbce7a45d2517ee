package dev.kryonix.messaging.subscribe;

import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.payload.StoredMessage;
import dev.kryonix.messaging.retry.Move;
import dev.kryonix.messaging.retry.Mover;
import dev.kryonix.messaging.retry.Moves;
import dev.kryonix.messaging.retry.Taken;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens messages for consumers; what cannot be opened becomes a dead letter. */
@Singleton
final class Opening {
  private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

  private final TenantDirectory tenants;
  private final Envelope envelope;
  private final Moves moves;
  private final Mover mover;

  Opening(TenantDirectory tenants, Envelope envelope, Moves moves, Mover mover) {
    this.tenants = tenants;
    this.envelope = envelope;
    this.moves = moves;
    this.mover = mover;
  }

  /**
   * The message, or empty when it is on its way to the dead letters. One that cannot be opened now,
   * such as without its key, goes back.
   */
  Optional<StoredMessage> open(Arrival arrival) {
    Taken taken = arrival.taken();
    try {
      return Optional.of(
          envelope.unpack(
              current(taken.tenant()), taken.queue(), taken.properties(), taken.body()));
    } catch (PayloadCorruptException e) {
      LOG.error(
          "message {} of tenant {} in {} {}; it goes to the dead letters",
          taken.properties().getMessageId(),
          taken.tenant().id(),
          taken.source(),
          e.getMessage());
      Move move = moves.corrupt(taken, String.valueOf(e.getMessage()));
      arrival
          .channel()
          .carryAway(arrival, () -> mover.make(taken, move) ? Fate.ACKNOWLEDGE : Fate.FAILED);
      return Optional.empty();
    } catch (RuntimeException e) {
      arrival.channel().notTaken(arrival);
      throw e;
    }
  }

  /** A message may be of a newer key than the consumer, who may have begun long before it. */
  private TenantView current(TenantView known) {
    return tenants.find(known.id(), known.uid()).orElse(known);
  }
}
