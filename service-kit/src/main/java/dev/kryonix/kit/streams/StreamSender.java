package dev.kryonix.kit.streams;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a client's stream with blocking calls: {@link #send} waits while the server reads slowly,
 * {@link #finish} waits for the one answer. Used by one thread.
 */
public final class StreamSender<Q, R> implements AutoCloseable {
  private final CompletableFuture<R> answer = new CompletableFuture<>();
  private @Nullable ClientCallStreamObserver<Q> call;
  private @Nullable ReadyGate gate;

  private StreamSender() {}

  /** Starts a call with an async stub, such as {@code stub::import_}. */
  public static <Q, R> StreamSender<Q, R> open(Consumer<StreamObserver<R>> start) {
    StreamSender<Q, R> sender = new StreamSender<>();
    start.accept(sender.new Inbox());
    return sender;
  }

  /**
   * Sends the message as soon as the server takes more. Throws the status of a call that has ended
   * already.
   */
  public void send(Q message) {
    ClientCallStreamObserver<Q> running = started(call);
    try {
      started(gate).pass(() -> running.onNext(message));
    } catch (StreamCancelledException e) {
      throw failure(e);
    }
  }

  /** Ends the stream and returns the server's answer, or throws the status that it refused with. */
  public R finish() {
    started(gate).last(started(call)::onCompleted);
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw Status.CANCELLED.withDescription("interrupted").withCause(e).asRuntimeException();
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  /** Cancels the call, unless it has been answered. */
  @Override
  public void close() {
    if (!answer.isDone()) {
      started(call).cancel("the sender has given up", null);
    }
  }

  private RuntimeException failure(Throwable otherwise) {
    Throwable cause = answer.isCompletedExceptionally() ? answer.exceptionNow() : otherwise;
    return Status.fromThrowable(cause).asRuntimeException(Status.trailersFromThrowable(cause));
  }

  private static <T> T started(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the call was not started with the observer given");
    }
    return value;
  }

  /** Takes what gRPC delivers. */
  private final class Inbox implements ClientResponseObserver<Q, R> {
    @Override
    public void beforeStart(ClientCallStreamObserver<Q> started) {
      ReadyGate ready = new ReadyGate(started::isReady);
      started.setOnReadyHandler(ready::changed);
      call = started;
      gate = ready;
    }

    @Override
    public void onNext(R message) {
      answer.complete(message);
    }

    @Override
    public void onError(Throwable error) {
      answer.completeExceptionally(error);
      started(gate).shut();
    }

    @Override
    public void onCompleted() {
      answer.completeExceptionally(
          Status.INTERNAL.withDescription("the server ended without an answer").asException());
      started(gate).shut();
    }
  }
}
