package dev.kryonix.messaging.publish;

import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.Envelope.Packed;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Marks in histories, by which readers know how far they have come, and what a restore brings back
 * into them.
 */
@Singleton
public final class HistoryMarks {
  private final Copies copies;
  private final MessageIds ids;
  private final InstantSource clock;

  HistoryMarks(Copies copies, MessageIds ids, InstantSource clock) {
    this.copies = copies;
    this.ids = ids;
    this.clock = clock;
  }

  /** Appends a message as it is; true once the history has it, durably. */
  public CompletableFuture<Boolean> append(TenantView tenant, Packed packed) {
    return copies.append(tenant, packed).thenApply(outcome -> outcome == Outcome.CONFIRMED);
  }

  /** Puts a mark behind all that has been answered to publishers; returns its id. */
  public String put(TenantView tenant) throws InterruptedException {
    String id = ids.next(clock.instant());
    try {
      if (copies.mark(tenant, id).get() == Outcome.CONFIRMED) {
        return id;
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    throw PublishErrors.historyAway();
  }
}
