package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.ClientCall;
import java.util.ArrayDeque;
import java.util.function.Function;

/** Sends a request's messages as fast as the service takes them, then half-closes. */
final class Feeder {
  private final ClientCall<Frame, Frame> call;
  private final Function<byte[], Frame> map;
  private final Runnable caughtUp;
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private boolean complete;
  private boolean done;

  /**
   * @param map makes a message of a part of the body
   * @param caughtUp told when nothing waits any more after something did
   */
  Feeder(ClientCall<Frame, Frame> call, Function<byte[], Frame> map, Runnable caughtUp) {
    this.call = call;
    this.map = map;
    this.caughtUp = caughtUp;
  }

  /** Sends the first message, which has been made before the call was. */
  synchronized void first(Frame message) {
    if (!done) {
      call.sendMessage(message);
    }
  }

  /** Sends a message, now or when the service is ready for it. */
  synchronized void offer(byte[] message) {
    waiting.add(message);
    send();
  }

  /** There are no more messages. */
  synchronized void complete() {
    complete = true;
    send();
  }

  /** Whether messages wait for the service. */
  synchronized boolean isBehind() {
    return !waiting.isEmpty();
  }

  /** The service may be ready for more. */
  void feed() {
    boolean wasBehind;
    boolean isBehind;
    synchronized (this) {
      wasBehind = isBehind();
      send();
      isBehind = isBehind();
    }
    if (wasBehind && !isBehind) {
      caughtUp.run();
    }
  }

  /** Nobody wants the answer any more. Nothing is sent after it, which gRPC takes for a defect. */
  synchronized void cancel() {
    done = true;
    waiting.clear();
    call.cancel("the request is over", null);
  }

  private void send() {
    while (!done && !waiting.isEmpty() && call.isReady()) {
      try {
        call.sendMessage(map.apply(waiting.remove()));
      } catch (ServiceException e) {
        done = true;
        waiting.clear();
        call.cancel("a message of the request is malformed", e);
      }
    }
    if (complete && !done && waiting.isEmpty()) {
      done = true;
      call.halfClose();
    }
  }
}
