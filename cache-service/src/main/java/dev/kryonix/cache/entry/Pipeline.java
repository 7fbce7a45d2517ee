package dev.kryonix.cache.entry;

import com.google.protobuf.MessageLite;
import dev.kryonix.api.cache.v1.PipelineRequest;
import dev.kryonix.api.cache.v1.PipelineResponse;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.streams.StreamWindow;
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
import org.jspecify.annotations.Nullable;

/**
 * One stream of operations. At most a window of them is taken from the client before results have
 * gone back to it, so a client that doesn't read is not read from either. What it holds is bounded
 * in bytes, too: what has no room in the stream's share of memory is refused. All of a stream's
 * work is done by one task at a time, mostly on its event loop: it takes what has come, sends it to
 * Redis in one write, and turns what Redis has answered into results while the client takes them.
 * No thread waits for an operation.
 *
 * <p>Operations on one key are sent one after the other, each when the one before is answered.
 */
final class Pipeline implements StreamObserver<PipelineRequest> {
  /** The bytes that operations under way may come to. */
  static final long WINDOW_BYTES = 16 << 20;

  /** Even values of the largest size come to no more than the bytes. */
  private static final int LEAST = 16;

  private static final int MOST = 1024;

  private final ServerCallStreamObserver<MessageLite> client;
  private final PipelineSteps steps;
  private final Executor executor;
  private final AnswerMemory.Share memory;
  private final StreamWindow window = new StreamWindow(WINDOW_BYTES, LEAST, MOST);
  private final Queue<Taken> came = new ConcurrentLinkedQueue<>();
  private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /** The last operation under way of each key; touched by the stream's task only. */
  private final Map<EntryKey, CompletableFuture<?>> last = new HashMap<>();

  /** Taken from the client, or asked of it, and not answered yet. */
  private int asked;

  private int underWay;
  private boolean ended;

  /** The result that goes next and has not been made yet; set by the stream's task only. */
  private volatile @Nullable Next next;

  private volatile boolean clientDone;
  private volatile boolean cancelled;

  /** An operation that came; one that has no room is without its content. */
  private record Taken(PipelineRequest request, long bytes, boolean hasRoom) {}

  /** A result, and what is held until it has gone. */
  private record Answered(
      PipelineRequest request, Supplier<CompletableFuture<MessageLite>> response, long bytes) {}

  /** A result that is being made. */
  private record Next(CompletableFuture<MessageLite> result, long bytes) {}

  Pipeline(
      StreamObserver<MessageLite> answers,
      PipelineSteps steps,
      Executor executor,
      AnswerMemory.Share memory) {
    this.memory = memory;
    this.client = (ServerCallStreamObserver<MessageLite>) answers;
    this.steps = steps;
    // Results come on threads of Redis, which have no caller: what they set off is still his.
    this.executor = Context.current().fixedContextExecutor(executor);
  }

  /** Opens the stream with the window. Called in the endpoint's method. */
  StreamObserver<PipelineRequest> open() {
    client.disableAutoRequest();
    client.setOnReadyHandler(this::schedule);
    client.setOnCancelHandler(this::cancel);
    client.onNext(PipelineResponse.newBuilder().setWindow(MOST).build());
    asked = window.size();
    client.request(asked);
    return this;
  }

  @Override
  public void onNext(PipelineRequest request) {
    long bytes = request.getSerializedSize();
    came.add(
        memory.take(bytes)
            ? new Taken(request, bytes, true)
            : new Taken(numberOf(request), 0, false));
    schedule();
  }

  @Override
  public void onError(Throwable error) {
    cancel();
  }

  private void cancel() {
    cancelled = true;
    memory.close();
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
    // Looked at once: that the client is done is seen here, or is an event after this look.
    boolean isLast = clientDone;
    try {
      if (!came.isEmpty()) {
        steps.gather(this::send);
      }
      answer(isLast);
    } catch (RuntimeException e) {
      cancel();
      client.onError(e);
      return;
    } finally {
      scheduled.set(false);
    }
    // What came between the look and the flag would wait for the next event.
    if (!came.isEmpty() || isLast != clientDone || (hasResult() && client.isReady())) {
      schedule();
    }
  }

  private boolean hasResult() {
    Next making = next;
    return making == null ? !answered.isEmpty() : making.result().isDone();
  }

  private void send() {
    for (Taken taken = came.poll(); taken != null; taken = came.poll()) {
      underWay++;
      PipelineRequest operation = taken.request;
      if (!taken.hasRoom) {
        refuse(operation, 0);
        continue;
      }
      try {
        steps.requireRules(operation);
      } catch (ServiceException refusal) {
        answered.add(failed(operation, refusal, taken.bytes));
        continue;
      }
      EntryKey key = PipelineSteps.key(operation);
      CompletableFuture<?> before = last.get(key);
      CompletableFuture<PipelineSteps.Answer> result =
          before == null || before.isDone()
              ? steps.start(operation)
              : before
                  .handle((value, failure) -> operation)
                  .thenComposeAsync(steps::start, executor);
      last.put(key, result);
      long bytes = taken.bytes;
      result.whenComplete(
          (answer, failure) -> {
            if (failure != null) {
              answered.add(failed(operation, failure, bytes));
            } else if (memory.take(answer.bytes())) {
              answered.add(new Answered(operation, answer.response(), bytes + answer.bytes()));
            } else {
              refuse(numberOf(operation), bytes);
            }
            schedule();
          });
    }
  }

  private void refuse(PipelineRequest operation, long bytes) {
    ServiceException refusal = EntryErrors.pipelineFull(AnswerMemory.Share.MOST);
    answered.add(failed(operation, refusal, bytes));
  }

  private Answered failed(PipelineRequest operation, Throwable failure, long bytes) {
    return new Answered(operation, () -> CompletableFuture.failedFuture(failure), bytes);
  }

  /** The result that goes next; null while it is made, and when there is none. */
  private @Nullable Next made() {
    Next making = next;
    if (making == null) {
      Answered first = answered.poll();
      if (first == null) {
        return null;
      }
      making = new Next(make(first), first.bytes);
      if (!making.result().isDone()) {
        next = making;
        making.result().thenRun(this::schedule);
        return null;
      }
    } else if (!making.result().isDone()) {
      return null;
    }
    next = null;
    return making;
  }

  private CompletableFuture<MessageLite> make(Answered answer) {
    try {
      CompletableFuture<MessageLite> result = answer.response.get();
      return result.isDone() && !result.isCompletedExceptionally()
          ? result
          : result.exceptionally(failure -> steps.failed(answer.request, failure));
    } catch (ServiceException refusal) {
      return CompletableFuture.completedFuture(steps.failed(answer.request, refusal));
    }
  }

  private void answer(boolean isLast) {
    int gone = 0;
    while (!cancelled && client.isReady()) {
      Next result = made();
      if (result == null) {
        break;
      }
      client.onNext(result.result().join());
      memory.give(result.bytes());
      window.answered(result.bytes());
      gone++;
    }
    underWay -= gone;
    asked -= gone;
    int more = window.size() - asked;
    if (gone > 0 && more > 0 && !cancelled) {
      asked += more;
      client.request(more);
    }
    if (underWay == 0) {
      last.clear();
    } else if (last.size() > 2 * MOST) {
      last.values().removeIf(CompletableFuture::isDone);
    }
    if (isLast && underWay == 0 && came.isEmpty() && !ended && !cancelled) {
      ended = true;
      memory.close();
      client.onCompleted();
    }
  }

  private static PipelineRequest numberOf(PipelineRequest request) {
    return PipelineRequest.newBuilder().setSequence(request.getSequence()).build();
  }
}
