package dev.kryonix.bench.messaging;

import dev.kryonix.bench.load.Latencies;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** How long messages took while it was on, as many as there is room for. */
final class LatencyLog {
  private static final int ROOM = 1 << 20;

  private final long[] micros = new long[ROOM];
  private final AtomicInteger used = new AtomicInteger();
  private volatile boolean on;

  void begin() {
    used.set(0);
    on = true;
  }

  void add(long sinceNanos) {
    if (on) {
      int place = used.getAndIncrement();
      if (place < ROOM) {
        micros[place] = (System.nanoTime() - sinceNanos) / 1000;
      }
    }
  }

  Latencies end() {
    on = false;
    return new Latencies(Arrays.copyOf(micros, Math.min(used.get(), ROOM)));
  }
}
