package dev.kryonix.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class AlarmTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final Alarm alarm = new Alarm(nanos::get);

  @Test
  void anAlarmThatNobodyConfirmsEndsByItself() {
    assertThat(alarm.isOn()).isFalse();
    alarm.raise();
    nanos.addAndGet(Alarm.LASTS.toNanos() - 1);
    assertThat(alarm.isOn()).isTrue();

    nanos.incrementAndGet();

    assertThat(alarm.isOn()).isFalse();
  }

  @Test
  void anAlarmLastsForAsLongAsItIsConfirmedAndEndsAtOnceWhenItIsOver() {
    alarm.raise();
    nanos.addAndGet(Alarm.LASTS.toNanos() - 1);
    alarm.raise();
    nanos.addAndGet(Alarm.LASTS.toNanos() - 1);
    assertThat(alarm.isOn()).isTrue();

    alarm.clear();

    assertThat(alarm.isOn()).isFalse();
  }
}
