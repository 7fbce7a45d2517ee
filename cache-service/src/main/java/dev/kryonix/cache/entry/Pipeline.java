package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.PipelineRequest;
import dev.kryonix.api.cache.v1.PipelineResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * One stream of operations. At most a window of them is taken from the client before results have
 * gone back to it, so a client that doesn't read is not read from either. All of a stream's work is
 * done by one task at a time on a few threads: it takes what has come, sends it to Redis in one
 * write, and turns what Redis has answered into results while the client takes them. No thread
 * waits for an operation.
 *
 * <p>Operations on one key are sent one after the other, each when the one before is answered.
 */
final class Pipeline implements StreamObserver<PipelineRequest> {
  static final int WINDOW = 1024;

  private final ServerCallStreamObserver<PipelineResponse> client;
  private final PipelineSteps steps;
  private final Executor executor;
  private final Queue<PipelineRequest> came = new ConcurrentLinkedQueue<>();
  private final Queue<Supplier<PipelineResponse>> answered = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /** The last operation under way of each key; touched by the stream's task only. */
  private final Map<EntryKey, CompletableFuture<?>> last = new HashMap<>();

  private int underWay;
  private boolean ended;
  private volatile boolean clientDone;
  private volatile boolean cancelled;

  Pipeline(StreamObserver<PipelineResponse> answers, PipelineSteps steps, Executor executor) {
    this.client = (ServerCallStreamObserver<PipelineResponse>) answers;
    this.steps = steps;
    this.executor = Context.currentContextExecutor(executor);
  }

  /** Opens the stream with the window. Called in the endpoint's method. */
  StreamObserver<PipelineRequest> open() {
    client.disableAutoRequest();
    client.setOnReadyHandler(this::schedule);
    client.setOnCancelHandler(() -> cancelled = true);
    client.onNext(PipelineResponse.newBuilder().setWindow(WINDOW).build());
    client.request(WINDOW);
    return this;
  }

  @Override
  public void onNext(PipelineRequest request) {
    came.add(request);
    schedule();
  }

  @Override
  public void onError(Throwable error) {
    cancelled = true;
  }

  @Override
  public void onCompleted() {
    clientDone = true;
    schedule();
  }

  private void schedule() {
    if (!cancelled && scheduled.compareAndSet(false, true)) {
      executor.execute(this::work);
    }
  }

  private void work() {
    try {
      if (!came.isEmpty()) {
        steps.gather(this::send);
      }
      answer();
    } catch (RuntimeException e) {
      cancelled = true;
      client.onError(e);
      return;
    } finally {
      scheduled.set(false);
    }
    // What came between the look and the flag would wait for the next event.
    if (!came.isEmpty() || (!answered.isEmpty() && client.isReady())) {
      schedule();
    }
  }

  private void send() {
    for (PipelineRequest request = came.poll(); request != null; request = came.poll()) {
      underWay++;
      PipelineRequest operation = request;
      EntryKey key = PipelineSteps.key(request);
      CompletableFuture<?> before = last.get(key);
      CompletableFuture<Supplier<PipelineResponse>> result =
          before == null || before.isDone()
              ? steps.start(operation)
              : before
                  .handle((value, failure) -> operation)
                  .thenComposeAsync(steps::start, executor);
      last.put(key, result);
      result.whenComplete(
          (answer, failure) -> {
            answered.add(failure == null ? answer : () -> steps.failed(operation, failure));
            schedule();
          });
    }
  }

  private void answer() {
    int gone = 0;
    while (!cancelled && client.isReady()) {
      Supplier<PipelineResponse> next = answered.poll();
      if (next == null) {
        break;
      }
      client.onNext(next.get());
      gone++;
    }
    underWay -= gone;
    if (gone > 0 && !cancelled) {
      client.request(gone);
    }
    if (underWay == 0) {
      last.clear();
    } else if (last.size() > 2 * WINDOW) {
      last.values().removeIf(CompletableFuture::isDone);
    }
    if (clientDone && underWay == 0 && came.isEmpty() && !ended && !cancelled) {
      ended = true;
      client.onCompleted();
    }
  }
}
