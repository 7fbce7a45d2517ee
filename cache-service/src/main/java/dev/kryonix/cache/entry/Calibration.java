package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import dev.kryonix.kit.errors.ServiceException;
import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;
import jakarta.annotation.PreDestroy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures at start what an entry takes in this Redis beside its strings, and how far charges are
 * off then. Entries of several sizes are written where nobody reads, and the memory in use is
 * compared before and after; the median of several rounds leaves out what others wrote meanwhile.
 * What cannot be is not believed.
 */
@Context
final class Calibration {
  private static final Logger LOG = LoggerFactory.getLogger(Calibration.class);
  private static final Script CALIBRATE = Ledger.script(Calibration.class, "calibrate.lua");
  private static final int ENTRIES = 1000;
  private static final int ROUNDS = 3;
  private static final int[] SIZES = {120, 700, 3000};
  private static final int[] PROBES = {90, 300, 1500};
  private static final int LEAST = 60;
  private static final int MOST = 400;
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);

  private final Keyspace keyspace;
  private final Charges charges;
  private final Thread thread;
  private volatile double error = Double.NaN;

  Calibration(Redis redis, Charges charges, MeterRegistry metrics) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.charges = charges;
    Gauge.builder("kryonix.cache.charge.overhead", charges, Charges::overhead)
        .baseUnit("bytes")
        .register(metrics);
    Gauge.builder("kryonix.cache.charge.error", this, self -> self.error).register(metrics);
    this.thread = Thread.ofVirtual().name("calibration").start(this::run);
  }

  /**
   * How far charges are from what entries take, as a part of it; not a number before it is known.
   */
  double error() {
    return error;
  }

  private void run() {
    while (Double.isNaN(error) && !Thread.currentThread().isInterrupted()) {
      try {
        measure();
      } catch (ServiceException | RedisException e) {
        LOG.debug("charges are not calibrated yet", e);
        try {
          Thread.sleep(BETWEEN_TRIES);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** Measures, on a Redis that nobody else changes meanwhile. */
  void measure() {
    double[] overheads = new double[SIZES.length * ROUNDS];
    for (int i = 0; i < overheads.length; i++) {
      int size = SIZES[i % SIZES.length];
      overheads[i] = taken(size) - (charged(size) - charges.overhead());
    }
    int measured = (int) Math.round(median(overheads));
    if (measured < LEAST || measured > MOST) {
      LOG.warn("an overhead of {} bytes for each entry is not believed", measured);
    } else {
      charges.overhead(measured);
    }
    double[] errors = new double[PROBES.length * ROUNDS];
    for (int i = 0; i < errors.length; i++) {
      double taken = taken(PROBES[i % PROBES.length]);
      errors[i] = Math.abs(charged(PROBES[i % PROBES.length]) - taken) / taken;
    }
    error = median(errors);
    LOG.info(
        "an entry is charged {} bytes beside its strings, {}% off",
        charges.overhead(), Math.round(error * 1000) / 10.0);
  }

  /** What an entry with a value of that size takes. */
  private double taken(int size) {
    Bucket bucket = bucket();
    long before = run(bucket, "nothing", size);
    try {
      run(bucket, "write", size);
      return (run(bucket, "nothing", size) - before) / (double) ENTRIES;
    } finally {
      run(bucket, "erase", size);
    }
  }

  private double charged(int size) {
    byte[] member = "calibration:entry:0000000001".getBytes(StandardCharsets.UTF_8);
    return charges.of(bucket(), member, size);
  }

  private Bucket bucket() {
    return new Bucket(
        keyspace.prefix(), "{kryonix." + UUID.randomUUID().toString().substring(0, 12) + ".0/1}");
  }

  private long run(Bucket bucket, String phase, int size) {
    return CALIBRATE.number(
        keyspace,
        Ledger.keys(bucket),
        Ledger.arguments(bucket, Script.arg(phase), Script.arg(ENTRIES), Script.arg(size)));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  @PreDestroy
  void stop() {
    thread.interrupt();
  }
}
