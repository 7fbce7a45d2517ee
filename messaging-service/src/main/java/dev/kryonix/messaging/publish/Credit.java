package dev.kryonix.messaging.publish;

import dev.kryonix.kit.streams.StreamWindow;
import java.time.Duration;

/**
 * How many more messages a publish stream is to be asked for: what its window has room for, which
 * is less while messages are large, and while other tenants publish ({@link FairShare}). Those that
 * were refused because there is too much come back slowly, so that a client that goes on sending is
 * slowed by flow control instead of being refused as fast as it can send; what is accepted is not
 * slowed by it.
 */
final class Credit {
  /** The most messages of a stream that wait for their results. */
  static final int MOST = 1000;

  /** What they may come to. */
  static final long BYTES = 8 << 20;

  /** As many as a stream begins with: of the largest messages they come to no more. */
  static final int LEAST = 8;

  /** Each asking wakes the transport's thread; the client is not to wait for the whole window. */
  static final int AT_ONCE = 100;

  /** Of what was refused, which costs nearly as much as what is accepted. */
  static final int BACK_AT_ONCE = 20;

  /** Between the askings for what was refused. */
  static final Duration PAUSE = Duration.ofMillis(100);

  private final StreamWindow window = new StreamWindow(BYTES, LEAST, MOST);

  /** Asked for, and not answered or not to be replaced yet. */
  private int asked = LEAST;

  private int held;
  private long lastReturn = System.nanoTime() - PAUSE.toNanos();

  /** What a stream is asked for at its beginning. */
  int first() {
    return LEAST;
  }

  /** A message of so many bytes has been answered. */
  void answered(long bytes, boolean tooMuch) {
    if (tooMuch) {
      held++;
    } else {
      asked--;
      window.answered(bytes);
    }
  }

  /**
   * Whether enough has come together to ask for more.
   *
   * @param share how many messages of the stream may be under way, as far as others are concerned
   */
  boolean isDue(int share) {
    int size = size(share);
    return size - asked >= Math.max(1, Math.min(AT_ONCE, size / 2));
  }

  private int size(int share) {
    return Math.min(window.size(), share);
  }

  /** Whether some is held back, and will be due after the pause. */
  boolean isHeldBack() {
    return held > 0;
  }

  /** Takes what is to be asked for now, which may be nothing. */
  int take(int share, long nanoTime) {
    boolean due = isDue(share);
    if (held > 0 && nanoTime - lastReturn >= PAUSE.toNanos()) {
      int back = Math.min(held, BACK_AT_ONCE);
      held -= back;
      asked -= back;
      due = true;
      lastReturn = nanoTime;
    }
    int more = size(share) - asked;
    if (!due || more <= 0) {
      return 0;
    }
    asked += more;
    return more;
  }
}
