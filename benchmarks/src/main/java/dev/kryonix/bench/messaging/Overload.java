package dev.kryonix.bench.messaging;

import dev.kryonix.bench.messaging.LeanCalls.Answer;
import dev.kryonix.bench.process.Watched;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls of Publish at twice the rate that callers get who wait for their answers, whatever becomes
 * of them; both by the same means.
 */
final class Overload {
  private static final int TIMES = 2;
  private static final int CONNECTIONS = 4;
  private static final int CALLERS = 64;

  /** What the callers have room for; a call beyond is not made. */
  private static final int ON_THE_WAY = 20_000;

  private static final int PATIENCE_SECONDS = 30;

  /** What is due meanwhile is called together, which wakes a connection's thread once. */
  private static final long NAP_NANOS = 250_000;

  private static final Duration LOOK = Duration.ofMillis(500);

  private final Lab lab;
  private final Watched service;
  private final Semaphore room = new Semaphore(ON_THE_WAY);
  private final LongAdder confirmed = new LongAdder();
  private final LongAdder throttled = new LongAdder();
  private final Map<String, LongAdder> others = new ConcurrentHashMap<>();
  private volatile boolean waiting = true;

  Overload(Lab lab, Watched service) {
    this.lab = lab;
    this.service = service;
  }

  /**
   * What came of it.
   *
   * @param peak confirmed a second by callers who wait for their answers
   * @param offered calls a second, once the service is warm
   * @param perSecond confirmed a second of those
   * @param confirmed in all, while it became warm as well
   * @param throttled calls that were refused with a time to come back
   * @param others all other outcomes
   * @param residentBefore memory of the service as the load began
   * @param residentAfter its most while it lasted
   * @param queued messages that the broker had afterwards
   */
  record Outcome(
      double peak,
      double offered,
      double perSecond,
      long confirmed,
      long throttled,
      Map<String, Long> others,
      long residentBefore,
      long residentAfter,
      long queued) {}

  Outcome measure() throws IOException, InterruptedException {
    lab.empty();
    try (LeanCalls calls =
        new LeanCalls(
            lab.tenants().direct(Lab.TENANT),
            Treatment.SEALED.request().setData(Payload.due(System.nanoTime())).build(),
            CONNECTIONS)) {
      double peak = peak(calls);
      lab.empty();
      return flood(calls, peak);
    }
  }

  private double peak(LeanCalls calls) throws IOException, InterruptedException {
    for (int i = 0; i < CALLERS; i++) {
      callAndWait(calls, i % CONNECTIONS);
    }
    lab.warmUp();
    long began = System.nanoTime();
    long before = confirmed.sum();
    Thread.sleep(lab.extent().overload());
    double peak = (confirmed.sum() - before) / ((System.nanoTime() - began) / 1e9);
    waiting = false;
    awaitAnswers();
    if (throttled.sum() > 0 || !others.isEmpty()) {
      throw new IOException("callers who wait were refused: " + others);
    }
    return peak;
  }

  private void callAndWait(LeanCalls calls, int connection) {
    room.acquireUninterruptibly();
    calls.call(
        connection,
        (answer, status) -> {
          count(answer, status);
          room.release();
          if (waiting && answer == Answer.CONFIRMED) {
            callAndWait(calls, connection);
          }
        });
  }

  private Outcome flood(LeanCalls calls, double peak) throws IOException, InterruptedException {
    confirmed.reset();
    long before = service.residentBytes();
    double perNano = TIMES * peak / 1e9;
    Flood flood = new Flood(calls, perNano);
    // Until what refuses has been compiled, as every other load has its warm-up.
    flood.run(lab.extent().warmUp());
    long earlier = confirmed.sum();
    long madeEarlier = flood.made;
    long began = System.nanoTime();
    flood.run(lab.extent().overload());
    double seconds = (System.nanoTime() - began) / 1e9;
    double rate = (confirmed.sum() - earlier) / seconds;
    double offered = (flood.made - madeEarlier) / seconds;
    awaitAnswers();
    Map<String, Long> rest = new TreeMap<>();
    others.forEach((name, count) -> rest.put(name, count.sum()));
    long queued =
        lab.broker().awaitMessages(Tenants.vhost(Lab.TENANT), Tenants.QUEUE, confirmed.sum());
    lab.empty();
    return new Outcome(
        peak,
        offered,
        rate,
        confirmed.sum(),
        throttled.sum(),
        rest,
        before,
        flood.mostResident,
        queued);
  }

  /** Calls at fixed times, whatever becomes of them. */
  private final class Flood {
    private final LeanCalls calls;
    private final double perNano;
    private long made;
    private long mostResident;

    Flood(LeanCalls calls, double perNano) {
      this.calls = calls;
      this.perNano = perNano;
    }

    void run(Duration time) {
      long began = System.nanoTime();
      long look = began;
      long due = 0;
      for (int turn = 0; System.nanoTime() - began < time.toNanos(); turn++) {
        LockSupport.parkNanos(NAP_NANOS);
        for (long now = (long) ((System.nanoTime() - began) * perNano); due < now; due++) {
          call(turn % CONNECTIONS);
        }
        if (System.nanoTime() > look) {
          mostResident = Math.max(mostResident, service.residentBytes());
          look = System.nanoTime() + LOOK.toNanos();
        }
      }
    }

    private void call(int connection) {
      if (room.tryAcquire()) {
        made++;
        calls.call(
            connection,
            (answer, status) -> {
              count(answer, status);
              room.release();
            });
      }
    }
  }

  private void awaitAnswers() throws IOException, InterruptedException {
    if (!room.tryAcquire(ON_THE_WAY, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("calls without an answer");
    }
    room.release(ON_THE_WAY);
  }

  private void count(Answer answer, Status status) {
    switch (answer) {
      case CONFIRMED -> confirmed.increment();
      case THROTTLED -> throttled.increment();
      case OTHER ->
          others.computeIfAbsent(status.getCode().name(), unused -> new LongAdder()).increment();
    }
  }
}
