package dev.kryonix.messaging.payload;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Native contexts that rest between their uses: to set one up takes longer than to compress a small
 * message. Each is used by one thread at a time; a few more than there are cores are kept.
 */
final class Resting<C> {
  private static final int MOST = 2 * Runtime.getRuntime().availableProcessors();

  private final Supplier<C> make;
  private final Consumer<C> end;
  private final Queue<C> resting = new ArrayBlockingQueue<>(MOST);

  Resting(Supplier<C> make, Consumer<C> end) {
    this.make = make;
    this.end = end;
  }

  /** Uses one; one whose use has failed is not used again. */
  byte[] use(Function<C, byte[]> work) {
    C rested = resting.poll();
    C context = rested == null ? make.get() : rested;
    boolean kept = false;
    try {
      byte[] result = work.apply(context);
      kept = resting.offer(context);
      return result;
    } finally {
      if (!kept) {
        end.accept(context);
      }
    }
  }
}
