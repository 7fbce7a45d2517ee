package dev.kryonix.kit.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class OnceTest {
  private final Once<String> once = new Once<>(100, Duration.ofMinutes(1));
  private final AtomicInteger times = new AtomicInteger();

  @Test
  void manyWhoAskAtTheSameTimeWaitForTheFirst() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      callers.add(Thread.ofVirtual().start(() -> once.require("key", () -> countAndWait(over))));
    }
    await().until(() -> times.get() == 1);

    assertThat(once.isDone("key")).isFalse();
    over.countDown();
    for (Thread caller : callers) {
      caller.join();
    }

    assertThat(times).hasValue(1);
    assertThat(once.isDone("key")).isTrue();
    assertThat(once.isDone("another")).isFalse();
  }

  @Test
  void whatFailsIsDoneAnewForTheNext() {
    assertThatThrownBy(() -> once.require("key", this::fail)).hasMessage("failed 1");
    assertThatThrownBy(() -> once.require("key", this::fail)).hasMessage("failed 2");
    assertThat(once.isDone("key")).isFalse();

    once.require("key", times::incrementAndGet);

    assertThat(times).hasValue(3);
    assertThat(once.isDone("key")).isTrue();
  }

  private void fail() {
    throw new IllegalStateException("failed " + times.incrementAndGet());
  }

  private void countAndWait(CountDownLatch over) {
    times.incrementAndGet();
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
