package dev.kryonix.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class IsolationTest {
  private final Isolation isolation = new Isolation(Duration.ofMillis(10));

  @Test
  void aBystandersFailureIsAViolationOnceSomethingHappens() {
    isolation.ended("quiet", Outcome.UNKNOWN, Duration.ofMillis(5));
    isolation.begin();
    isolation.ended("quiet", Outcome.FAILED, Duration.ofMillis(5));

    assertThat(isolation.violations()).containsExactly("quiet: an operation ended FAILED");
  }

  @Test
  void theSlowestHundredthMayTakeTwiceAsLong() {
    before(20);
    isolation.ended("quiet", Outcome.OK, Duration.ofMillis(40));

    assertThat(isolation.violations()).isEmpty();
  }

  @Test
  void moreThanTwiceIsTooSlow() {
    before(20);
    isolation.ended("quiet", Outcome.OK, Duration.ofMillis(41));

    assertThat(isolation.violations()).containsExactly("p99 41 ms, before 20 ms");
  }

  @Test
  void whatNobodyNoticesIsNotTooSlow() {
    before(1);
    isolation.ended("quiet", Outcome.OK, Duration.ofMillis(10));

    assertThat(isolation.violations()).isEmpty();
  }

  @Test
  void nobodySeesWhatIsAnothers() {
    before(1);
    isolation.ended("quiet", Outcome.OK, Duration.ofMillis(1));
    isolation.seen("quiet", "quiet");
    isolation.seen("quiet", "loud");

    assertThat(isolation.violations()).containsExactly("quiet saw what is of loud");
  }

  @Test
  void aCheckThatSawNothingDoesNotHold() {
    before(1);

    assertThat(isolation.violations()).containsExactly("1 operations before and 0 during");
  }

  @Test
  void ofAHundredTheSlowestButOneCounts() {
    assertThat(Isolation.p99(LongStream.rangeClosed(1, 100).boxed().toList()))
        .isEqualTo(Duration.ofNanos(99));
  }

  private void before(int millis) {
    isolation.ended("quiet", Outcome.OK, Duration.ofMillis(millis));
    isolation.begin();
  }
}
