package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class CallExecutorsTest {
  @Test
  void ofAStreamWhoseTokenIsNewOnlyTheBeginningRunsOnAThread() {
    Executor stream = new CallExecutors.Begun(Executors.newVirtualThreadPerTaskExecutor());
    CompletableFuture<Thread> beginning = new CompletableFuture<>();
    List<Thread> rest = new CopyOnWriteArrayList<>();

    stream.execute(() -> beginning.complete(Thread.currentThread()));
    stream.execute(() -> rest.add(Thread.currentThread()));
    stream.execute(() -> rest.add(Thread.currentThread()));

    assertThat(beginning.join().isVirtual()).isTrue();
    assertThat(rest).containsExactly(Thread.currentThread(), Thread.currentThread());
  }
}
