package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RoundsTest {
  @Test
  void roundsGoOnUntilTheyAreStoppedAndThenEnd() throws InterruptedException {
    CountDownLatch three = new CountDownLatch(3);
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicInteger going = new AtomicInteger();
    Rounds rounds =
        new Rounds(
            "test",
            () -> {
              three.countDown();
              if (three.getCount() > 0) {
                return Duration.ZERO;
              }
              going.incrementAndGet();
              try {
                Thread.sleep(Duration.ofMinutes(1));
              } finally {
                interrupted.countDown();
              }
              return Duration.ZERO;
            });

    rounds.start();
    assertThat(three.await(30, TimeUnit.SECONDS)).isTrue();
    rounds.stop();

    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(going).hasValue(1);
  }

  @Test
  void stoppingWhatWasNeverStartedDoesNothing() {
    new Rounds("test", () -> Duration.ZERO).stop();
  }
}
