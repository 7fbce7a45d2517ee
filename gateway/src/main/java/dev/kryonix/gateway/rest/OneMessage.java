package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.http.WholeBody;
import dev.kryonix.kit.identity.Principal;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
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
  private boolean admitted;
  private Optional<Principal> caller = Optional.empty();

  OneMessage(HttpExchange exchange, RestCalls calls, RestCall call, int maxBytes) {
    this.calls = calls;
    this.call = call;
    this.collected = new WholeBody(exchange, maxBytes, this::complete);
  }

  @Override
  public void admit(Optional<Principal> principal) {
    admitted = true;
    caller = principal;
    proceed();
  }

  private void complete(byte[] bytes) {
    body = bytes;
    proceed();
  }

  private void proceed() {
    byte[] bytes = body;
    if (bytes == null || !admitted) {
      return;
    }
    if (bytes.length > PARSED_IN_PLACE_BYTES) {
      Thread.startVirtualThread(() -> calls.startWhole(call, caller, bytes));
    } else {
      calls.startWhole(call, caller, bytes);
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
