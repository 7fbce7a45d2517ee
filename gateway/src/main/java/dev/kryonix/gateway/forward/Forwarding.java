package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Turn;
import dev.kryonix.gateway.upstream.UpstreamStatus;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.RefusableCall;
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

  private final RefusableCall<Frame, Frame> caller;
  private final CallRecord record;
  private final ClientCall<Frame, Frame> service;
  private final String upstream;
  private final boolean takesGzip;
  private final int maxMessageBytes;
  private boolean refused;
  private boolean unpacking;
  private final Turn fromCaller;
  private final Turn fromService;

  private Forwarding(
      RefusableCall<Frame, Frame> caller,
      CallRecord record,
      ClientCall<Frame, Frame> service,
      String upstream,
      boolean takesGzip,
      int maxMessageBytes) {
    this.caller = caller;
    this.record = record;
    this.service = service;
    this.upstream = upstream;
    this.takesGzip = takesGzip;
    this.maxMessageBytes = maxMessageBytes;
    this.fromCaller = new Turn(() -> caller.request(1), service::isReady);
    this.fromService = new Turn(() -> service.request(1), caller::isReady);
  }

  /** Opens the call to the service, and returns what listens to the caller. */
  static ServerCall.Listener<Frame> begin(
      RefusableCall<Frame, Frame> caller,
      CallRecord record,
      ClientCall<Frame, Frame> service,
      Metadata headers,
      Upstream upstream) {
    String accepted = headers.get(ACCEPTED);
    boolean takesGzip = accepted != null && accepted.contains(GZIP);
    Forwarding forwarding =
        new Forwarding(
            caller, record, service, upstream.name(), takesGzip, upstream.maxMessageBytes());
    service.start(forwarding.new ServiceListener(), headers);
    caller.request(1);
    service.request(1);
    return forwarding.new CallerListener();
  }

  private final class CallerListener extends ServerCall.Listener<Frame> {
    @Override
    public void onMessage(Frame message) {
      if (record.endsWithCall()) {
        record.received(message.bytes().length);
      }
      if (message.bytes().length > maxMessageBytes) {
        refuse(CommonErrors.messageTooLarge(maxMessageBytes));
        return;
      }
      service.setMessageCompression(message.compressed());
      service.sendMessage(message);
      fromCaller.next();
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        service.halfClose();
      }
    }

    @Override
    public void onReady() {
      fromService.resume();
    }

    @Override
    public void onCancel() {
      service.cancel("the caller went away", null);
    }

    private void refuse(ServiceException why) {
      refused = true;
      caller.refuse(why);
      service.cancel("the call was refused", null);
    }
  }

  /** Where a call goes, and how large a message of it may be. */
  record Upstream(String name, int maxMessageBytes) {}

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
