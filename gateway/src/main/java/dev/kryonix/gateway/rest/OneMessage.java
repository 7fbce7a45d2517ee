package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.http.WholeBody;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A body that is one message: collected, and called with once it is complete and admitted. */
final class OneMessage implements RestIntake {
  /**
   * A larger body is parsed on a thread of its own, so that it does not hold up the connections of
   * the event loop.
   */
  private static final int PARSED_IN_PLACE_BYTES = 32 * 1024;

  private final WholeBody collected;
  private final RestCalls calls;
  private final RestCall call;
  private byte @Nullable [] body;
  private Admission.@Nullable Admitted caller;

  OneMessage(HttpExchange exchange, RestCalls calls, RestCall call, int maxBytes) {
    this.calls = calls;
    this.call = call;
    this.collected = new WholeBody(exchange, maxBytes, this::complete);
  }

  @Override
  public void admit(Admission.Admitted admitted) {
    caller = admitted;
    proceed();
  }

  private void complete(byte[] bytes) {
    body = bytes;
    proceed();
  }

  private void proceed() {
    byte[] bytes = body;
    Admission.Admitted admitted = caller;
    if (bytes == null || admitted == null) {
      return;
    }
    if (bytes.length > PARSED_IN_PLACE_BYTES) {
      Thread.startVirtualThread(() -> calls.startWhole(call, admitted, bytes));
    } else {
      calls.startWhole(call, admitted, bytes);
    }
  }

  @Override
  public void part(ByteBuf bytes) {
    collected.part(bytes);
  }

  @Override
  public void end() {
    collected.end();
  }

  @Override
  public void drop() {
    collected.drop();
  }
}
