package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.kit.errors.CommonErrors;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body that is a stream of messages, one a line (NDJSON). Each goes out as soon as its line is
 * complete, and no more is read while the service does not keep up, so a body may be of any length.
 */
final class LineMessages implements RestIntake {
  private final HttpExchange exchange;
  private final RestCalls calls;
  private final RestCall call;
  private final int maxLineBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private @Nullable Feeder feeder;
  private Admission.@Nullable Admitted caller;
  private boolean started;
  private boolean complete;
  private final ByteArrayOutputStream early = new ByteArrayOutputStream();

  LineMessages(HttpExchange exchange, RestCalls calls, RestCall call, int maxLineBytes) {
    this.exchange = exchange;
    this.calls = calls;
    this.call = call;
    this.maxLineBytes = maxLineBytes;
  }

  @Override
  public void admit(Admission.Admitted admitted) {
    caller = admitted;
    byte[] read = early.toByteArray();
    early.reset();
    take(read);
    if (complete) {
      finish();
    }
  }

  @Override
  public void part(ByteBuf bytes) {
    byte[] read = new byte[bytes.readableBytes()];
    bytes.readBytes(read);
    if (caller != null) {
      take(read);
    } else {
      // The connection has been told to read no more, so this is what it had read already.
      early.writeBytes(read);
    }
  }

  @Override
  public boolean isStream() {
    return true;
  }

  @Override
  public void end() {
    complete = true;
    if (caller != null) {
      finish();
    }
  }

  private void take(byte[] bytes) {
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        append(bytes, start, i);
        flush();
        start = i + 1;
      }
    }
    append(bytes, start, bytes.length);
    Feeder open = feeder;
    if (open != null && open.isBehind()) {
      exchange.pauseBody();
    }
  }

  private void append(byte[] bytes, int from, int to) {
    if (line.size() + to - from > maxLineBytes) {
      throw CommonErrors.messageTooLarge(maxLineBytes);
    }
    exchange.reserve(to - from);
    line.write(bytes, from, to - from);
  }

  /** A blank line is no message. */
  private void flush() {
    byte[] message = line.toByteArray();
    exchange.release(line.size());
    line.reset();
    for (byte each : message) {
      if (each > ' ' || each < 0) {
        send(message);
        return;
      }
    }
  }

  private void send(byte[] message) {
    Feeder open = feeder;
    Admission.Admitted admitted = caller;
    if (open != null) {
      open.offer(message);
    } else if (!started && admitted != null) {
      started = true;
      feeder = calls.start(call, admitted, message);
    }
  }

  private void finish() {
    flush();
    if (!started) {
      // A body without a message is read like one, so that the answer says what is missing.
      send(new byte[0]);
    }
    Feeder open = feeder;
    if (open != null) {
      open.complete();
    }
  }

  @Override
  public void drop() {
    Feeder open = feeder;
    if (open != null) {
      open.cancel();
    }
  }
}
