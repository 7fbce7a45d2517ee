package dev.kryonix.messaging.publish;

import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes message ids that ascend in time: 48 bits of milliseconds and 80 random bits, as 26
 * characters.
 *
 * @see <a href="https://github.com/ulid/spec">ULID</a>
 */
@Singleton
public final class MessageIds {
  private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final int LENGTH = 26;
  private static final int BITS = 5;

  private final SecureRandom random = new SecureRandom();
  private final AtomicReference<Value> last = new AtomicReference<>(new Value(0, 0));

  /** 128 bits. */
  private record Value(long high, long low) {
    long millis() {
      return high >>> Short.SIZE;
    }

    Value next() {
      return low == -1 ? new Value(high + 1, 0) : new Value(high, low + 1);
    }
  }

  /** The next id; larger than every earlier one of this process. */
  public String next(Instant now) {
    Value value =
        last.updateAndGet(
            before -> now.toEpochMilli() > before.millis() ? fresh(now) : before.next());
    return text(value);
  }

  private Value fresh(Instant now) {
    return new Value(
        now.toEpochMilli() << Short.SIZE | random.nextInt(1 << (Short.SIZE - 1)),
        random.nextLong());
  }

  private static String text(Value value) {
    char[] text = new char[LENGTH];
    long high = value.high;
    long low = value.low;
    for (int i = LENGTH - 1; i >= 0; i--) {
      text[i] = DIGITS[(int) (low & (DIGITS.length - 1))];
      low = low >>> BITS | high << (Long.SIZE - BITS);
      high >>>= BITS;
    }
    return new String(text);
  }
}
