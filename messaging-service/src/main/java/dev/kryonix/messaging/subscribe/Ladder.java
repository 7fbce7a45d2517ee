package dev.kryonix.messaging.subscribe;

import dev.kryonix.messaging.retry.Move;
import dev.kryonix.messaging.retry.Mover;
import dev.kryonix.messaging.retry.Moves;
import jakarta.inject.Singleton;

/** The aftercare of messages without an ordering key: another attempt goes round the ladder. */
@Singleton
final class Ladder implements Aftercare {
  private final Moves moves;
  private final Mover mover;

  Ladder(Moves moves, Mover mover) {
    this.moves = moves;
    this.mover = mover;
  }

  @Override
  public Fate settle(Arrival arrival, Settlement settlement) throws InterruptedException {
    return switch (settlement) {
      case Settlement.Acknowledge acknowledge -> Fate.ACKNOWLEDGE;
      case Settlement.Requeue requeue -> Fate.REQUEUE;
      case Settlement.Retry retry ->
          make(arrival, moves.failed(arrival.taken(), retry.delay(), retry.error()));
      case Settlement.Drop drop -> make(arrival, moves.dropped(arrival.taken(), drop.error()));
      case Settlement.Extend extend -> Fate.KEEP;
    };
  }

  @Override
  public void notTaken(Arrival arrival) {
    arrival.charge().giveBack();
    arrival.channel().refuse(arrival.tag());
  }

  @Override
  public void told(Arrival arrival, Fate fate) {
    // The broker has it now, and nobody here waits for it.
  }

  private Fate make(Arrival arrival, Move move) throws InterruptedException {
    return mover.make(arrival.taken(), move) ? Fate.ACKNOWLEDGE : Fate.FAILED;
  }
}
