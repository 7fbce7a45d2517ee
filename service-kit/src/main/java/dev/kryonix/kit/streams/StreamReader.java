package dev.kryonix.kit.streams;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a server's stream with blocking calls, holding at most a window of messages: a slow reader
 * slows the server. {@link #hasNext} waits for a message or the end, and throws the {@link
 * StatusRuntimeException} of a stream that failed. Read by one thread.
 */
public final class StreamReader<T> implements Iterator<T>, AutoCloseable {
  private final int window;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<T> received = new ArrayDeque<>();
  private @Nullable ClientCallStreamObserver<?> call;
  private @Nullable Throwable failure;
  private boolean ended;

  private StreamReader(int window) {
    this.window = window;
  }

  /**
   * Starts a call and reads its answers.
   *
   * @param window the most messages held
   * @param start makes the call with an async stub, such as {@code answers -> stub.export(request,
   *     answers)}
   */
  public static <T> StreamReader<T> open(int window, Consumer<StreamObserver<T>> start) {
    StreamReader<T> reader = new StreamReader<>(window);
    start.accept(reader.new Inbox());
    return reader;
  }

  @Override
  public boolean hasNext() {
    lock.lock();
    try {
      while (received.isEmpty() && !ended) {
        changed.await();
      }
      if (!received.isEmpty()) {
        return true;
      }
      if (failure != null) {
        throw Status.fromThrowable(failure).asRuntimeException(trailers(failure));
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancel("the reader was interrupted");
      throw Status.CANCELLED.withDescription("interrupted").withCause(e).asRuntimeException();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    lock.lock();
    try {
      T message = received.remove();
      if (!ended && call != null) {
        call.request(1);
      }
      return message;
    } finally {
      lock.unlock();
    }
  }

  /** Cancels the call, unless it has ended. */
  @Override
  public void close() {
    cancel("the reader needs no more");
  }

  private void cancel(String why) {
    ClientCallStreamObserver<?> running;
    lock.lock();
    try {
      running = ended ? null : call;
    } finally {
      lock.unlock();
    }
    if (running != null) {
      running.cancel(why, null);
    }
  }

  private static @Nullable Metadata trailers(Throwable failure) {
    return Status.trailersFromThrowable(failure);
  }

  /** Takes what gRPC delivers. */
  private final class Inbox implements ClientResponseObserver<Object, T> {
    @Override
    public void beforeStart(ClientCallStreamObserver<Object> started) {
      started.disableAutoRequestWithInitial(window);
      lock.lock();
      try {
        call = started;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onNext(T message) {
      lock.lock();
      try {
        received.add(message);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onError(Throwable error) {
      end(error);
    }

    @Override
    public void onCompleted() {
      end(null);
    }

    private void end(@Nullable Throwable error) {
      lock.lock();
      try {
        failure = error;
        ended = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
