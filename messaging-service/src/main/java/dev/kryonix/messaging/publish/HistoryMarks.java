package dev.kryonix.messaging.publish;

import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;

/** Marks in histories, by which readers know how far they have come. */
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
