package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** When a channel counts as silent. */
final class SilenceTest {
  private static final Duration PATIENCE = Duration.ofMillis(300);

  private final AtomicReference<OptionalLong> oldest = new AtomicReference<>(OptionalLong.empty());
  private final AtomicInteger silences = new AtomicInteger();
  private final Silence silence = new Silence(PATIENCE, oldest::get, silences::incrementAndGet);

  @Test
  void aChannelIsSilentWhenNothingComesForWhatWasSent() {
    long began = System.nanoTime();
    oldest.set(OptionalLong.of(began));

    silence.sent();

    await().until(() -> silences.get() == 1);
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(PATIENCE.toNanos());
  }

  @Test
  void aChannelOnWhichOthersAreConfirmedIsNotSilent() {
    oldest.set(OptionalLong.of(System.nanoTime()));
    long end = System.nanoTime() + PATIENCE.multipliedBy(4).toNanos();

    silence.sent();

    // On a machine that stops this very thread for as long, the channel is right to call it silent.
    long longest = 0;
    long last = System.nanoTime();
    while (System.nanoTime() < end) {
      silence.heard();
      longest = Math.max(longest, System.nanoTime() - last);
      last = System.nanoTime();
      LockSupport.parkNanos(PATIENCE.toNanos() / 20);
    }
    assertThat(silences.get() == 0 || longest >= PATIENCE.toNanos()).isTrue();
  }

  @Test
  void whatIsSentAfterAPauseHasItsFullTime() {
    oldest.set(OptionalLong.of(System.nanoTime()));
    silence.sent();
    oldest.set(OptionalLong.empty());
    await().pollDelay(PATIENCE.multipliedBy(2)).until(() -> true);
    long sent = System.nanoTime();
    oldest.set(OptionalLong.of(sent));

    silence.sent();

    await().until(() -> silences.get() == 1);
    assertThat(System.nanoTime() - sent).isGreaterThanOrEqualTo(PATIENCE.toNanos());
  }
}
