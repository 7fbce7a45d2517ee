package dev.kryonix.testkit.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What happens to one tenant is nothing to the others: none of their operations fails, the slowest
 * hundredth takes at most twice as long as before, and nobody sees what is another's.
 */
public final class Isolation {
  private final Duration unnoticed;
  private final List<Long> before = new ArrayList<>();
  private final List<Long> during = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private boolean begun;

  /**
   * @param unnoticed what takes no longer than this is never too slow: on a machine that does all
   *     at once, twice a moment says nothing
   */
  public Isolation(Duration unnoticed) {
    this.unnoticed = unnoticed;
  }

  /** From now on something happens to the other tenant. */
  public synchronized void begin() {
    begun = true;
  }

  /** A bystander's operation ended. */
  public synchronized void ended(String tenant, Outcome outcome, Duration took) {
    (begun ? during : before).add(took.toNanos());
    if (begun && outcome != Outcome.OK) {
      violations.add("%s: an operation ended %s".formatted(tenant, outcome));
    }
  }

  /** A tenant saw what belongs to that owner. */
  public synchronized void seen(String tenant, String owner) {
    if (!tenant.equals(owner)) {
      violations.add("%s saw what is of %s".formatted(tenant, owner));
    }
  }

  /** What must not be; a check without operations before and during is one, too. */
  public synchronized List<String> violations() {
    List<String> all = new ArrayList<>(violations);
    if (before.isEmpty() || during.isEmpty()) {
      all.add("%d operations before and %d during".formatted(before.size(), during.size()));
      return all;
    }
    Duration usual = p99(before);
    Duration now = p99(during);
    if (now.compareTo(usual.multipliedBy(2)) > 0 && now.compareTo(unnoticed) > 0) {
      all.add("p99 %d ms, before %d ms".formatted(now.toMillis(), usual.toMillis()));
    }
    return all;
  }

  /** The duration that 99 of 100 keep. */
  static Duration p99(List<Long> nanos) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    int place = (int) Math.ceil(sorted.length * 0.99) - 1;
    return Duration.ofNanos(Arrays.stream(sorted).skip(place).findFirst().orElseThrow());
  }
}
