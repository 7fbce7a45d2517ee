package dev.kryonix.messaging.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.testkit.check.Convergence;
import dev.kryonix.testkit.check.Isolation;
import dev.kryonix.testkit.check.KeyOrder;
import dev.kryonix.testkit.check.SetFull;
import dev.kryonix.testkit.check.TotalQueue;
import java.time.Duration;

/** What one load tells of itself, and what must hold of it. */
record Checks(
    TotalQueue queue,
    SetFull history,
    KeyOrder order,
    Isolation isolation,
    Convergence convergence) {
  /** What takes no longer is no slower, on a machine that does all at once. */
  private static final Duration UNNOTICED = Duration.ofMillis(500);

  Checks() {
    this(
        new TotalQueue(),
        new SetFull(),
        new KeyOrder(),
        new Isolation(UNNOTICED),
        new Convergence());
  }

  /** Whatever broke: nothing is lost, doubled without a mark, out of order or left behind. */
  void assertHold(String load) {
    TotalQueue.Report report = queue.report();
    System.out.printf(
        "%s: %d confirmed, %d unknown, %d delivered again%n",
        load, report.confirmed(), report.unknown(), report.again());
    assertThat(report.lost()).as("%s: confirmed and lost", load).isEmpty();
    assertThat(report.unmarked()).as("%s: delivered again without a mark", load).isEmpty();
    assertThat(report.unexpected()).as("%s: delivered though not published", load).isEmpty();
    assertThat(history.missing()).as("%s: confirmed and not in the history", load).isEmpty();
    assertThat(order.violations()).as("%s: order", load).isEmpty();
    assertThat(convergence.behind()).as("%s: not converged", load).isEmpty();
    assertThat(convergence.backwards()).as("%s: went back", load).isEmpty();
  }
}
