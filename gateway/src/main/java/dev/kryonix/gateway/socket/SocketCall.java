package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.UpstreamStatus;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A socket as gRPC sees a call. It is still a request of HTTP until the first message is asked for,
 * which is when the door has let it in: so a refusal is an answer of HTTP like any other.
 *
 * <p>What the listener is told, it is told on the connection's event loop; what the call is told
 * may come from any thread.
 */
final class SocketCall extends ServerCall<Frame, Frame> {
  /**
   * A larger message is mapped on a thread of its own, so that it does not hold up the connections
   * of the event loop.
   */
  private static final int MAPPED_IN_PLACE_BYTES = 32 * 1024;

  private final HttpExchange exchange;
  private final Opening opening;
  private final Sockets sockets;
  private final MethodDescriptor<Frame, Frame> method;
  private final Object lock = new Object();

  /** Guarded by the lock: the socket once it is open, what came before that, and the end. */
  private @Nullable Socket socket;

  private @Nullable Frame early;
  private @Nullable UpstreamStatus end;

  private final Audience audience = new Audience();
  private int requested;
  private boolean mapping;
  private boolean halfClosed;

  SocketCall(
      HttpExchange exchange,
      Opening opening,
      Sockets sockets,
      MethodDescriptor<Frame, Frame> method) {
    this.exchange = exchange;
    this.opening = opening;
    this.sockets = sockets;
    this.method = method;
  }

  /** Begins to tell the listener; the context ends with the call. */
  void open(Listener<Frame> of, Context.CancellableContext within) {
    audience.comes(of, within);
    exchange.onGone(this::gone);
  }

  /** The full name of the method, for the log. */
  String name() {
    return method.getFullMethodName();
  }

  /** A message of the client. */
  void arrive(byte[] message, boolean text) {
    if (end() != null) {
      return;
    }
    if (halfClosed) {
      fail(SocketErrors.frame("it follows the empty one that said there are no more"));
    } else if (text && message.length == 0) {
      halfClosed = true;
      audience.halfClose();
      // Nothing is left to come but pings, and the client's leave.
      pull();
    } else if (text != (opening.subprotocol() == Subprotocol.JSON)) {
      fail(
          SocketErrors.frame(
              "messages of " + opening.subprotocol().token() + " are not " + kind(text)),
          Ending.WRONG_TYPE);
    } else {
      map(message);
    }
  }

  /** Nothing more is read before the message is delivered, so their order stays. */
  private void map(byte[] message) {
    mapping = true;
    Runnable work =
        () -> {
          try {
            Frame frame = sockets.messages().request(opening, message);
            exchange.execute(() -> deliver(frame));
          } catch (RuntimeException e) {
            ServiceException why = WireErrors.of(e, name());
            exchange.execute(() -> fail(why));
          }
        };
    if (message.length > MAPPED_IN_PLACE_BYTES) {
      Thread.startVirtualThread(work);
    } else {
      work.run();
    }
  }

  private void deliver(Frame frame) {
    mapping = false;
    if (end() != null) {
      return;
    }
    requested--;
    audience.message(frame);
    if (requested > 0) {
      pull();
    }
  }

  private static String kind(boolean text) {
    return text ? "text" : "binary";
  }

  /** The client may have caught up. */
  void ready() {
    audience.ready();
  }

  /** The client has gone. */
  void gone() {
    audience.cancel();
  }

  /** Ends the call with a refusal that is not the service's. */
  void fail(ServiceException why) {
    fail(why, Ending.OF_STATUS + why.code().value());
  }

  /** Ends the call with a refusal that is not the service's, and this code. */
  void fail(ServiceException why, int code) {
    UpstreamStatus refusal =
        new UpstreamStatus(WireErrors.status(why), WireErrors.trailers(why, new Metadata()));
    if (!ends(refusal)) {
      return;
    }
    Socket open = socket();
    if (open != null) {
      open.close(Ending.of(why, sockets.answers(), code));
    } else {
      sockets.answers().error(exchange, refusal);
    }
    gone();
  }

  /** The process ends. */
  void goAway() {
    exchange.execute(
        () -> fail(CommonErrors.notServing("the gateway is stopping"), Ending.GOING_AWAY));
  }

  @Override
  public void request(int count) {
    exchange.execute(
        () -> {
          requested += count;
          if (socket() == null) {
            upgrade();
          }
          pull();
        });
  }

  private void pull() {
    Socket open = socket();
    if (open != null && !mapping && end() == null) {
      open.pull();
    }
  }

  private void upgrade() {
    @Nullable UpstreamStatus ended = end();
    if (audience.isCancelled() || (ended != null && !ended.status().isOk())) {
      return;
    }
    @Nullable Socket opened = sockets.open(exchange, opening, this);
    if (opened == null) {
      gone();
      return;
    }
    Frame first;
    synchronized (lock) {
      socket = opened;
      first = early;
      ended = end;
    }
    if (first != null) {
      send(opened, first);
    }
    if (ended != null) {
      opened.close(Ending.of(ended, sockets.answers()));
    }
    ready();
  }

  @Override
  public void sendHeaders(Metadata headers) {
    // The headers of a socket are those of its handshake.
  }

  @Override
  public void sendMessage(Frame message) {
    Socket open;
    synchronized (lock) {
      if (end != null) {
        return;
      }
      open = socket;
      if (open == null) {
        early = message;
        return;
      }
    }
    send(open, message);
  }

  private void send(Socket to, Frame message) {
    try {
      to.send(sockets.messages().answer(opening, message));
    } catch (RuntimeException e) {
      ServiceException why = WireErrors.of(e, name());
      exchange.execute(() -> fail(why));
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    UpstreamStatus how = new UpstreamStatus(status, trailers);
    if (ends(how)) {
      exchange.execute(() -> finish(how));
    }
  }

  /** A call that has ended before it was a socket is a refusal, unless all went well. */
  private void finish(UpstreamStatus how) {
    if (socket() == null && how.status().isOk()) {
      upgrade();
    }
    Socket open = socket();
    if (open != null) {
      open.close(Ending.of(how, sockets.answers()));
    } else {
      sockets.answers().error(exchange, how);
    }
    audience.complete();
  }

  private boolean ends(UpstreamStatus how) {
    synchronized (lock) {
      if (end != null) {
        return false;
      }
      end = how;
      return true;
    }
  }

  private @Nullable UpstreamStatus end() {
    synchronized (lock) {
      return end;
    }
  }

  private @Nullable Socket socket() {
    synchronized (lock) {
      return socket;
    }
  }

  @Override
  public boolean isReady() {
    Socket open = socket();
    return open != null && open.isWritable();
  }

  @Override
  public boolean isCancelled() {
    return audience.isCancelled();
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
}
