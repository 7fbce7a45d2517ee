package dev.kryonix.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class CrewTest {
  private final Crew crew = new Crew();

  @Test
  void workIsDoneOverAndOverAndTheLastPieceIsFinished() throws InterruptedException {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    crew.add(
        "worker",
        () -> {
          begun.incrementAndGet();
          done.incrementAndGet();
        });
    await().until(() -> done.get() > 10);

    crew.stop(Duration.ofSeconds(30));

    assertThat(done).hasValue(begun.get());
  }

  @Test
  void aCrashedCheckerIsAFailedTest() {
    crew.add(
        "checker",
        () -> {
          throw new IllegalStateException("seen something impossible");
        });

    await()
        .untilAsserted(
            () -> assertThatThrownBy(crew::assertWell).isInstanceOf(AssertionError.class));
    assertThatThrownBy(() -> crew.stop(Duration.ofSeconds(5)))
        .hasMessageContaining("1 threads have crashed");
  }

  @Test
  void whoDoesNotEndFailsTheTestToo() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    crew.add(
        "stuck",
        () -> {
          begun.countDown();
          never.await();
        });
    // Who has not begun yet when all are asked to stop, ends at once.
    begun.await();

    assertThatThrownBy(() -> crew.stop(Duration.ofMillis(50)))
        .isInstanceOf(AssertionError.class)
        .satisfies(
            error ->
                assertThat(error.getSuppressed()[0]).hasMessageContaining("stuck does not end"));
  }
}
