package dev.kryonix.kit.streams;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * Writes a server's stream with blocking calls: {@link #write} waits while the client reads slowly,
 * so at most the transport's window is held in memory. Threads may share a writer.
 *
 * <p>gRPC tells of readiness and cancellation on the thread that runs the endpoint's method; so a
 * stream is written on another thread, which {@link #serve} provides.
 */
public final class StreamWriter<T> {
  private final ServerCallStreamObserver<T> call;
  private final ReadyGate gate;

  private StreamWriter(ServerCallStreamObserver<T> call) {
    this.call = call;
    this.gate = new ReadyGate(call::isReady);
    call.setOnReadyHandler(gate::changed);
    call.setOnCancelHandler(gate::shut);
    call.setOnCloseHandler(gate::shut);
  }

  /** Writes a stream. */
  @FunctionalInterface
  public interface Body<T> {
    void write(StreamWriter<T> writer) throws InterruptedException;
  }

  /**
   * A writer for an endpoint that has threads of its own. Called in the endpoint's method, before
   * it returns: gRPC takes handlers only then.
   */
  public static <T> StreamWriter<T> over(StreamObserver<T> responses) {
    return new StreamWriter<>((ServerCallStreamObserver<T>) responses);
  }

  /**
   * Runs the body on a virtual thread of its own, in the call's context, and returns at once. When
   * the body returns, the stream is complete; when it throws, the stream ends with that error; when
   * the client has gone, the body ends at its next write.
   */
  public static <T> void serve(StreamObserver<T> responses, Body<T> body) {
    over(responses).start(body);
  }

  /** As {@link #serve}, for a stream whose writer was made before its body is known. */
  public void start(Body<T> body) {
    Thread.ofVirtual().name("stream-writer").start(Context.current().wrap(() -> run(body)));
  }

  /**
   * Sends the message as soon as the client takes more. Throws {@link StreamCancelledException}
   * when it has gone.
   */
  public void write(T message) {
    gate.pass(() -> call.onNext(message));
  }

  /** Ends the stream; does nothing when it has ended. */
  public void complete() {
    gate.last(call::onCompleted);
  }

  /** Ends the stream with an error; does nothing when it has ended. */
  public void fail(Throwable error) {
    gate.last(() -> call.onError(error));
  }

  /** Whether the stream has ended, by either side. */
  public boolean isEnded() {
    return gate.isShut();
  }

  private void run(Body<T> body) {
    try {
      body.write(this);
      complete();
    } catch (StreamCancelledException e) {
      // Nobody is there to be told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }
}
