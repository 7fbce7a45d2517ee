package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.Latencies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Callers that each make one call after the other, and wait for each. */
final class Callers {
  private Callers() {}

  /**
   * What they came to.
   *
   * @param calls answered
   * @param perSecond of them
   * @param latencies of each
   */
  record Calls(long calls, double perSecond, Latencies latencies) {}

  static Calls run(int callers, Duration time, Runnable call) throws InterruptedException {
    long began = System.nanoTime();
    List<Future<long[]>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < callers; i++) {
        all.add(threads.submit(() -> one(began + time.toNanos(), call)));
      }
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    List<long[]> micros = new ArrayList<>();
    for (Future<long[]> each : all) {
      try {
        micros.add(each.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException("a call failed: " + e.getCause(), e.getCause());
      }
    }
    long[] together = micros.stream().flatMapToLong(Arrays::stream).toArray();
    return new Calls(together.length, together.length / seconds, new Latencies(together));
  }

  private static long[] one(long end, Runnable call) {
    long[] micros = new long[1024];
    int calls = 0;
    long now = System.nanoTime();
    while (now < end) {
      call.run();
      long answered = System.nanoTime();
      if (calls == micros.length) {
        micros = Arrays.copyOf(micros, 2 * calls);
      }
      micros[calls++] = (answered - now) / 1000;
      now = answered;
    }
    return Arrays.copyOf(micros, calls);
  }
}
