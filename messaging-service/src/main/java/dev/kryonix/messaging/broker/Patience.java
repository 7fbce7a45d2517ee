package dev.kryonix.messaging.broker;

import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long an answer of the management API is waited for.
 *
 * @param node how long one node is waited for while there is another to ask
 * @param total how long all of them are, or less when whoever called this service waits for less
 */
public record Patience(Duration node, Duration total) {
  /** Of somebody who waits for the answer, and rather hears soon that there is none. */
  public static final Patience CALLER = new Patience(Duration.ofSeconds(3), Duration.ofSeconds(10));

  /** What is left of a caller's time, in tenths, may be used up: it takes some to answer. */
  private static final int TENTHS = 9;

  /** As long for the first node as for all. */
  static Patience of(Duration total) {
    return new Patience(total, total);
  }

  long totalNanos() {
    @Nullable Deadline deadline = Context.current().getDeadline();
    long most = total.toNanos();
    return deadline == null
        ? most
        : Math.min(most, deadline.timeRemaining(TimeUnit.NANOSECONDS) / 10 * TENTHS);
  }
}
