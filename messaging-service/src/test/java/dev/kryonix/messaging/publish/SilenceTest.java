package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** When a channel counts as silent. */
final class SilenceTest {
  private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

  /** The clock that is meant may begin anywhere, and pass its own end. */
  private static final long BEGIN = Long.MAX_VALUE - PATIENCE;

  private final Silence silence = new Silence(Duration.ofNanos(PATIENCE), BEGIN);

  @Test
  void aChannelIsSilentWhenNothingComesForWhatWasSent() {
    assertThat(lasts(1, PATIENCE)).isFalse();
    assertThat(lasts(1, PATIENCE + 1)).isTrue();
  }

  @Test
  void aChannelOnWhichNothingWaitsIsNotSilent() {
    assertThat(silence.lasts(OptionalLong.empty(), BEGIN + 3 * PATIENCE)).isFalse();
  }

  @Test
  void aChannelOnWhichOthersAreConfirmedIsNotSilent() {
    silence.breakAt(BEGIN + PATIENCE);

    assertThat(lasts(1, 2 * PATIENCE - 1)).isFalse();
    assertThat(lasts(1, 2 * PATIENCE)).isTrue();
  }

  @Test
  void whatIsSentAfterAPauseHasItsFullTime() {
    long sent = 5 * PATIENCE;

    assertThat(lasts(sent, sent + PATIENCE - 1)).isFalse();
    assertThat(lasts(sent, sent + PATIENCE)).isTrue();
  }

  private boolean lasts(long oldest, long now) {
    return silence.lasts(OptionalLong.of(BEGIN + oldest), BEGIN + now);
  }
}
