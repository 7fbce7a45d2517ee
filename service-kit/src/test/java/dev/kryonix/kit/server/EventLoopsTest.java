package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import org.junit.jupiter.api.Test;

final class EventLoopsTest {
  @Test
  void whatMayWaitIsRefusedOnAnEventLoop() {
    EventLoop loop = new DefaultEventLoop();
    try {
      assertThatThrownBy(() -> loop.submit(EventLoops::requireNone).get())
          .hasCauseInstanceOf(IllegalStateException.class);
    } finally {
      loop.shutdownGracefully();
    }
  }

  @Test
  void anyOtherThreadMayWait() {
    assertThatCode(EventLoops::requireNone).doesNotThrowAnyException();
    assertThatCode(() -> Thread.ofVirtual().start(EventLoops::requireNone).join())
        .doesNotThrowAnyException();
  }
}
