package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.ClientCall;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.function.Function;

/** Sends a request's messages as fast as the service takes them, then half-closes. */
final class Feeder {
  private final ClientCall<Frame, Frame> call;
  private final Frame first;
  private final ArrayDeque<byte[]> rest;
  private final Function<byte[], Frame> map;
  private boolean begun;
  private boolean done;

  Feeder(
      ClientCall<Frame, Frame> call,
      Frame first,
      Collection<byte[]> rest,
      Function<byte[], Frame> map) {
    this.call = call;
    this.first = first;
    this.rest = new ArrayDeque<>(rest);
    this.map = map;
  }

  synchronized void feed() {
    if (!begun) {
      begun = true;
      call.sendMessage(first);
    }
    while (!done && !rest.isEmpty() && call.isReady()) {
      try {
        call.sendMessage(map.apply(rest.remove()));
      } catch (ServiceException e) {
        done = true;
        call.cancel("a message of the request is malformed", e);
        return;
      }
    }
    if (!done && rest.isEmpty()) {
      done = true;
      call.halfClose();
    }
  }
}
