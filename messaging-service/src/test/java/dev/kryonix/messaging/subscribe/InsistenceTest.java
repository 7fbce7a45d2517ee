package dev.kryonix.messaging.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class InsistenceTest {
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final AtomicInteger tries = new AtomicInteger();

  @Test
  void whatIsRefusedForLongerThanThePatienceIsDoneOtherwise() {
    Insistence insistence = new Insistence(channel(), Duration.ZERO);

    assertThat(
            insistence.untilDone(
                () -> {
                  tries.incrementAndGet();
                  return Fate.FAILED;
                },
                () -> Fate.ACKNOWLEDGE))
        .contains(Fate.ACKNOWLEDGE);

    assertThat(tries).hasValue(1);
  }

  @Test
  void whatIsRefusedAtOnceIsTriedAgainFirst() {
    Insistence insistence = new Insistence(channel(), Duration.ofDays(1));

    assertThat(
            insistence.untilDone(
                () -> tries.incrementAndGet() < 3 ? Fate.FAILED : Fate.REQUEUE,
                () -> Fate.ACKNOWLEDGE))
        .contains(Fate.REQUEUE);
  }

  @Test
  void itEndsWithTheChannel() {
    Insistence insistence = new Insistence(channel(), Duration.ofDays(1));

    assertThat(
            insistence.untilDone(
                () -> {
                  open.set(false);
                  return Fate.FAILED;
                },
                () -> Fate.ACKNOWLEDGE))
        .isEmpty();
  }

  /** Of which nothing is asked but whether it is open. */
  private Channel channel() {
    return (Channel)
        Proxy.newProxyInstance(
            Channel.class.getClassLoader(),
            new Class<?>[] {Channel.class},
            (proxy, method, arguments) -> open.get());
  }
}
