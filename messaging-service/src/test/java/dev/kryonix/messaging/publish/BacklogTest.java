package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.messaging.broker.BrokerErrors;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class BacklogTest {
  private final Backlog backlog = new Backlog();
  private final List<String> done = new CopyOnWriteArrayList<>();

  @Test
  void whatFollowsGoesBehindWhatWaits() {
    CountDownLatch room = new CountDownLatch(1);
    CompletableFuture<String> first =
        backlog.add(
            () -> {
              room.await();
              return doing("first");
            });
    CompletableFuture<String> second = backlog.add(() -> doing("second"));
    assertThat(backlog.isEmpty()).isFalse();

    room.countDown();

    assertThat(second.join()).isEqualTo("second");
    assertThat(first.join()).isEqualTo("first");
    assertThat(done).containsExactly("first", "second");
    await().until(backlog::isEmpty);
  }

  @Test
  void aRefusalIsItsOwnAndHoldsUpNothing() {
    CompletableFuture<String> refused =
        backlog.add(
            () -> {
              throw BrokerErrors.blocked();
            });
    CompletableFuture<String> next = backlog.add(() -> doing("next"));

    assertThatThrownBy(refused::join).hasCauseInstanceOf(ServiceException.class);
    assertThat(next.join()).isEqualTo("next");
    await().until(backlog::isEmpty);
  }

  private CompletableFuture<String> doing(String what) {
    done.add(what);
    return CompletableFuture.completedFuture(what);
  }
}
