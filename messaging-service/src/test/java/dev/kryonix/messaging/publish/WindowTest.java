package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class WindowTest {
  @Test
  void asManyWaitAsThereArePlacesAndOneMoreIsRefusedAtOnce() throws InterruptedException {
    Window window = new Window(1, Duration.ofMinutes(1));
    window.enter();
    CompletableFuture<Void> second = CompletableFuture.runAsync(() -> enter(window));
    await().until(() -> window.waiting() == 1);

    assertThatThrownBy(window::enter)
        .isInstanceOfSatisfying(
            ServiceException.class,
            refusal -> assertThat(refusal.reasonName()).isEqualTo("BROKER_BLOCKED"));

    window.leave();
    second.join();
    assertThat(window.waiting()).isZero();
  }

  @Test
  void whoGetsNoPlaceInTimeIsRefused() throws InterruptedException {
    Window window = new Window(1, Duration.ofMillis(1));
    window.enter();

    assertThatThrownBy(window::enter).isInstanceOf(ServiceException.class);

    window.leave();
    window.enter();
  }

  private static void enter(Window window) {
    try {
      window.enter();
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }
}
