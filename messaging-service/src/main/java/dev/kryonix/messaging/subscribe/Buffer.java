package dev.kryonix.messaging.subscribe;

import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory of this process for messages that the broker has handed to it and has had no word of:
 * they are kept until they are settled, because another attempt is a copy of the message.
 */
@Singleton
final class Buffer {
  private static final long LEAST = 48L * 1024 * 1024;
  private static final int SHARE_OF_HEAP = 4;

  private final long most = Math.max(LEAST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  private final AtomicLong used = new AtomicLong();

  /** Memory that is taken until it is given back, once. */
  final class Charge {
    private final int bytes;
    private final AtomicBoolean given = new AtomicBoolean();

    private Charge(int bytes) {
      this.bytes = bytes;
    }

    void giveBack() {
      if (given.compareAndSet(false, true)) {
        used.addAndGet(-bytes);
      }
    }
  }

  /** Takes that many bytes when there are so many. */
  Optional<Charge> tryTake(int bytes) {
    if (used.addAndGet(bytes) <= most) {
      return Optional.of(new Charge(bytes));
    }
    used.addAndGet(-bytes);
    return Optional.empty();
  }

  /** Takes that many bytes even when there are not, for a consumer that has nothing. */
  Charge take(int bytes) {
    used.addAndGet(bytes);
    return new Charge(bytes);
  }

  boolean hasRoom() {
    return used.get() < most;
  }
}
