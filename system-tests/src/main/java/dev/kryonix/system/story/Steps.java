package dev.kryonix.system.story;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Carries out steps one after the other and prints each with its time and outcome. */
public final class Steps {
  private final PrintStream out;
  private final long began = System.nanoTime();
  private int count;

  public Steps(PrintStream out) {
    this.out = out;
  }

  /** Carries out a step; `outcome` says in a few words what came of it. */
  <T> T step(String title, Callable<T> action, Function<T, String> outcome) {
    count++;
    out.printf(Locale.ROOT, "%3d  %-48s", count, title);
    out.flush();
    long from = System.nanoTime();
    try {
      T result = action.call();
      out.printf(Locale.ROOT, "%9s  %s%n", time(from), outcome.apply(result));
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(title, from, e);
    } catch (Exception e) {
      // Whatever it was, the story ends here, and its reader wants to know where.
      throw failed(title, from, e);
    }
  }

  /** The time of all steps so far. */
  void total(String title) {
    out.printf(Locale.ROOT, "     %-48s%9s%n", title, time(began));
  }

  private StepFailedException failed(String title, long from, Exception cause) {
    out.printf(Locale.ROOT, "%9s  FAILED%n", time(from));
    return new StepFailedException(count, title, cause);
  }

  private static String time(long from) {
    return Duration.ofNanos(System.nanoTime() - from).toMillis() + " ms";
  }
}
