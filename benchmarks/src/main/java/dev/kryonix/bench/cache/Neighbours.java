package dev.kryonix.bench.cache;

import dev.kryonix.bench.load.Latencies;
import dev.kryonix.bench.load.WarmUp;
import dev.kryonix.bench.report.Spread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A tenant that reads through its cache at a fixed rate, while its neighbour is quiet and while it
 * writes as fast as it can, far over its quota. Both may hold fewer entries than they have keys,
 * and evict their least recently used.
 */
final class Neighbours {
  /** What each may hold. */
  static final int QUOTA_KEYS = 5000;

  /** What the watched one asks for: by Zipf's law, so that a part of it misses. */
  static final int ASKED_KEYS = 20_000;

  static final int PER_SECOND = 400;
  static final int NOISY_CALLERS = 16;
  private static final double SKEW = 0.99;
  private static final int SIZE = Values.MEDIUM;

  private final Peer watched;
  private final Peer noisy;
  private final Duration time;
  private final double[] popularity = popularity();
  private final List<Phase> quiet = new ArrayList<>();
  private final List<Phase> loud = new ArrayList<>();
  private final AtomicLong noise = new AtomicLong();

  Neighbours(Peer watched, Peer noisy, Duration time) {
    this.watched = watched;
    this.noisy = noisy;
    this.time = time;
  }

  /**
   * What the watched tenant met in one phase.
   *
   * @param hitPercent of its reads
   * @param p99 of its reads, in microseconds, from when each was due
   */
  record Phase(double hitPercent, double p99) {}

  /**
   * Lets both do what they will, as fast as they can, until it gets no faster; what the watched
   * tenant's cache holds is what is asked for by then.
   */
  void warmUp(WarmUp warmUp) throws IOException, InterruptedException {
    AtomicInteger hits = new AtomicInteger();
    int unused =
        warmUp.run(
            List.of(
                turn -> Callers.run(NOISY_CALLERS, turn, () -> read(hits)).perSecond(),
                turn -> Callers.run(NOISY_CALLERS, turn, this::write).perSecond()));
    Object unusedPhase = watch();
  }

  /** One phase of each kind. */
  void round() throws InterruptedException {
    quiet.add(watch());
    AtomicBoolean over = new AtomicBoolean();
    Thread noiseMaker = Thread.ofPlatform().start(() -> makeNoise(over));
    loud.add(watch());
    over.set(true);
    noiseMaker.join();
  }

  Spread hitPercent(boolean withNoise) {
    return Spread.of(phases(withNoise).stream().map(Phase::hitPercent).toList());
  }

  Spread p99(boolean withNoise) {
    return Spread.of(phases(withNoise).stream().map(Phase::p99).toList());
  }

  /** By how many points the hit rate fell, as the median of the rounds. */
  double lostPoints() {
    return pairs((before, after) -> before.hitPercent() - after.hitPercent());
  }

  /** How many times as long the slowest reads took, as the median of the rounds. */
  double slower() {
    return pairs((before, after) -> after.p99() / before.p99());
  }

  /** Writes of the neighbour a second, while it was noisy. */
  double noisePerSecond() {
    return noise.get() / (time.toNanos() / 1e9) / loud.size();
  }

  private interface Comparison {
    double of(Phase quiet, Phase loud);
  }

  private double pairs(Comparison comparison) {
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < loud.size(); i++) {
      all.add(comparison.of(quiet.get(i), loud.get(i)));
    }
    return Spread.of(all).median();
  }

  private List<Phase> phases(boolean withNoise) {
    return withNoise ? loud : quiet;
  }

  private void makeNoise(AtomicBoolean over) {
    try {
      while (!over.get()) {
        noise.addAndGet(Callers.run(NOISY_CALLERS, Duration.ofMillis(100), this::write).calls());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    noisy.set("noise:" + RandomGenerator.getDefault().nextInt(), Values.of(SIZE));
  }

  private Phase watch() throws InterruptedException {
    int reads = (int) (PER_SECOND * time.toMillis() / 1000);
    long gap = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
    long[] micros = new long[reads];
    AtomicInteger hits = new AtomicInteger();
    CountDownLatch open = new CountDownLatch(reads);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    long first = System.nanoTime() + gap;
    for (int i = 0; i < reads; i++) {
      long due = first + i * gap;
      long early = due - System.nanoTime();
      if (early > 0) {
        TimeUnit.NANOSECONDS.sleep(early);
      }
      int index = i;
      Thread unused =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      long answered = read(hits);
                      micros[index] = (answered - due) / 1000;
                    } catch (RuntimeException e) {
                      failure.set(e);
                    } finally {
                      open.countDown();
                    }
                  });
    }
    if (!open.await(20, TimeUnit.SECONDS) || failure.get() != null) {
      throw new IllegalStateException("the watched tenant's reads failed", failure.get());
    }
    return new Phase(100.0 * hits.get() / reads, new Latencies(micros).percentile(99));
  }

  /** Reads through the cache; gives when the read was answered. */
  private long read(AtomicInteger hits) {
    String key = "watched:" + draw();
    boolean hit = watched.get(key) != null;
    long answered = System.nanoTime();
    if (hit) {
      hits.incrementAndGet();
    } else {
      watched.set(key, Values.of(SIZE));
    }
    return answered;
  }

  private int draw() {
    int at = java.util.Arrays.binarySearch(popularity, RandomGenerator.getDefault().nextDouble());
    return at < 0 ? -at - 1 : at;
  }

  /** The cumulated parts of the keys. */
  private static double[] popularity() {
    double[] parts = new double[ASKED_KEYS];
    double sum = 0;
    for (int i = 0; i < parts.length; i++) {
      sum += 1 / Math.pow(i + 1, SKEW);
      parts[i] = sum;
    }
    for (int i = 0; i < parts.length; i++) {
      parts[i] /= sum;
    }
    return parts;
  }
}
