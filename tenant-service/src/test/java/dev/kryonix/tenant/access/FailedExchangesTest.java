package dev.kryonix.tenant.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class FailedExchangesTest {
  private final AtomicLong nanos = new AtomicLong();
  private final FailedExchanges failures = new FailedExchanges(nanos::get);

  @Test
  void afterTenFailuresInAMinuteAKeyIsTooManyAndOthersAreNot() {
    for (int i = 0; i < FailedExchanges.MOST; i++) {
      assertThat(failures.refusal("a").reasonName()).isEqualTo("API_KEY_INVALID");
    }

    assertThat(failures.refusal("a").reasonName()).isEqualTo("RATE_LIMITED");
    assertThat(failures.refusal("b").reasonName()).isEqualTo("API_KEY_INVALID");
  }

  @Test
  void aMinuteLaterItBeginsAnew() {
    for (int i = 0; i <= FailedExchanges.MOST; i++) {
      failures.refusal("a");
    }

    nanos.addAndGet(FailedExchanges.WINDOW.toNanos() + 1);

    assertThat(failures.refusal("a").reasonName()).isEqualTo("API_KEY_INVALID");
  }
}
