package dev.kryonix.gateway.web;

import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A call over gRPC-Web as gRPC sees one. What the listener is told, it is told on the connection's
 * event loop; what the call is told may come from any thread.
 */
final class WebCall extends ServerCall<Frame, Frame> {
  private static final int FRAME_HEAD = 5;
  private static final byte COMPRESSED = 1;
  private static final byte TRAILERS = (byte) 0x80;

  private final HttpExchange exchange;
  private final MethodDescriptor<Frame, Frame> method;
  private final WebFormat format;
  private final ArrayDeque<Frame> arrived = new ArrayDeque<>();
  private @Nullable Listener<Frame> listener;
  private Context.@Nullable CancellableContext context;
  private int requested;
  private boolean complete;
  private boolean halfClosed;
  private boolean told;
  private volatile boolean begun;
  private volatile boolean closed;
  private volatile boolean cancelled;
  private volatile boolean compression;

  WebCall(HttpExchange exchange, MethodDescriptor<Frame, Frame> method) {
    this.exchange = exchange;
    this.method = method;
    this.format = WebFormat.ofAnswer(exchange.request());
  }

  /** Begins to tell the listener; the context ends with the call. */
  void open(Listener<Frame> of, Context.CancellableContext within) {
    listener = of;
    context = within;
    exchange.onWritable(() -> exchange.execute(() -> tellReady(of)));
    exchange.onGone(
        () -> {
          cancelled = true;
          within.cancel(null);
          if (!closed) {
            of.onCancel();
          }
        });
    if (closed) {
      tellEnd();
      return;
    }
    of.onReady();
    deliver();
  }

  private void tellReady(Listener<Frame> to) {
    if (!closed && !cancelled) {
      to.onReady();
    }
  }

  /** A message of the client. */
  void arrive(Frame frame) {
    arrived.add(frame);
    deliver();
    if (arrived.size() > 1) {
      exchange.pauseBody();
    }
  }

  /** The client has sent all. */
  void complete() {
    complete = true;
    deliver();
  }

  /** Ends the call with a refusal that is not the service's. */
  void refuse(ServiceException why) {
    if (!closed) {
      close(WireErrors.status(why), WireErrors.trailers(why, new Metadata()));
      Listener<Frame> open = listener;
      if (open != null) {
        open.onCancel();
      }
    }
  }

  private void deliver() {
    Listener<Frame> to = listener;
    if (to == null || closed) {
      return;
    }
    while (requested > 0 && !arrived.isEmpty()) {
      requested--;
      to.onMessage(arrived.remove());
    }
    if (complete && !halfClosed && arrived.isEmpty()) {
      halfClosed = true;
      to.onHalfClose();
    } else if (arrived.isEmpty()) {
      exchange.resumeBody();
    }
  }

  @Override
  public void request(int count) {
    exchange.execute(
        () -> {
          requested += count;
          deliver();
        });
  }

  @Override
  public void sendHeaders(Metadata headers) {
    begun = exchange.begin(format.contentType(), WebHeaders.headers(headers));
  }

  @Override
  public void sendMessage(Frame message) {
    byte[] bytes = message.bytes();
    exchange.write(format.piece(head(compression ? COMPRESSED : 0, bytes.length), bytes));
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (closed) {
      return;
    }
    closed = true;
    HttpHeaders end = WebHeaders.end(status, trailers);
    if (begun) {
      byte[] lines = WebHeaders.lines(end);
      exchange.write(format.piece(head(TRAILERS, lines.length), lines));
      exchange.end();
    } else if (exchange.begin(format.contentType(), end)) {
      exchange.end();
    }
    exchange.execute(this::tellEnd);
  }

  private void tellEnd() {
    Listener<Frame> to = listener;
    Context.CancellableContext within = context;
    if (to != null && within != null && !cancelled && !told) {
      told = true;
      to.onComplete();
      within.cancel(null);
    }
  }

  @Override
  public boolean isReady() {
    return exchange.isWritable();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    compression = enabled;
  }

  @Override
  public void setCompression(String compressor) {
    // The service's own header names it, and the messages come compressed.
  }

  @Override
  public Attributes getAttributes() {
    return Attributes.newBuilder()
        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, exchange.remoteAddress())
        .set(CallRecord.KEY, exchange.record())
        .build();
  }

  @Override
  public MethodDescriptor<Frame, Frame> getMethodDescriptor() {
    return method;
  }

  private static byte[] head(byte flags, int length) {
    return ByteBuffer.allocate(FRAME_HEAD).put(flags).putInt(length).array();
  }
}
