package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Turn;
import dev.kryonix.gateway.upstream.UpstreamStatus;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * One call being forwarded: what comes in on one side goes out on the other. Each side is asked for
 * one message at a time, and for the next only when the other side is ready to send, so that a slow
 * reader slows its own writer and the gateway holds a few messages of a stream at most.
 *
 * <p>Runs on the two connections' event loops; nothing here blocks.
 */
final class Forwarding {
  private static final Metadata.Key<String> ENCODING =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> ACCEPTED =
      Metadata.Key.of("grpc-accept-encoding", Metadata.ASCII_STRING_MARSHALLER);
  private static final String GZIP = "gzip";

  private final ServerCall<Frame, Frame> caller;
  private final ClientCall<Frame, Frame> service;
  private final String upstream;
  private final boolean takesGzip;
  private boolean unpacking;
  private final Turn fromCaller;
  private final Turn fromService;

  private Forwarding(
      ServerCall<Frame, Frame> caller,
      ClientCall<Frame, Frame> service,
      String upstream,
      boolean takesGzip) {
    this.caller = caller;
    this.service = service;
    this.upstream = upstream;
    this.takesGzip = takesGzip;
    this.fromCaller = new Turn(() -> caller.request(1), service::isReady);
    this.fromService = new Turn(() -> service.request(1), caller::isReady);
  }

  /** Opens the call to the service, and returns what listens to the caller. */
  static ServerCall.Listener<Frame> begin(
      ServerCall<Frame, Frame> caller,
      ClientCall<Frame, Frame> service,
      Metadata headers,
      String upstream) {
    String accepted = headers.get(ACCEPTED);
    boolean takesGzip = accepted != null && accepted.contains(GZIP);
    Forwarding forwarding = new Forwarding(caller, service, upstream, takesGzip);
    service.start(forwarding.new ServiceListener(), headers);
    caller.request(1);
    service.request(1);
    return forwarding.new CallerListener();
  }

  private final class CallerListener extends ServerCall.Listener<Frame> {
    @Override
    public void onMessage(Frame message) {
      service.setMessageCompression(message.compressed());
      service.sendMessage(message);
      fromCaller.next();
    }

    @Override
    public void onHalfClose() {
      service.halfClose();
    }

    @Override
    public void onReady() {
      fromService.resume();
    }

    @Override
    public void onCancel() {
      service.cancel("the caller went away", null);
    }
  }

  private final class ServiceListener extends ClientCall.Listener<Frame> {
    @Override
    public void onHeaders(Metadata headers) {
      String encoding = headers.get(ENCODING);
      unpacking = GZIP.equals(encoding) && !takesGzip;
      if (encoding != null && !unpacking) {
        caller.setCompression(encoding);
      }
      caller.sendHeaders(headers);
    }

    @Override
    public void onMessage(Frame message) {
      Frame answer = unpacking ? message.unpacked() : message;
      caller.setMessageCompression(answer.compressed());
      caller.sendMessage(answer);
      fromService.next();
    }

    @Override
    public void onReady() {
      fromCaller.resume();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      UpstreamStatus end = UpstreamStatus.of(upstream, status, trailers);
      caller.close(end.status(), end.trailers());
    }
  }
}
