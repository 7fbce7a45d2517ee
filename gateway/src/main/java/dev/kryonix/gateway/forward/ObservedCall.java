package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.kit.telemetry.RpcMetrics;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** Times a call, and notes what it sends and how it ends. */
final class ObservedCall extends SimpleForwardingServerCall<Frame, Frame> {
  private final CallRecord record;
  private final RpcMetrics metrics;
  private final long started = System.nanoTime();

  ObservedCall(ServerCall<Frame, Frame> call, CallRecord record, RpcMetrics metrics) {
    super(call);
    this.record = record;
    this.metrics = metrics;
  }

  @Override
  public void sendMessage(Frame message) {
    if (record.endsWithCall()) {
      record.sent(message.bytes().length);
    }
    super.sendMessage(message);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    metrics.record(getMethodDescriptor(), status.getCode(), System.nanoTime() - started);
    record.status(status, trailers);
    super.close(status, trailers);
    if (record.endsWithCall()) {
      record.end();
    }
  }
}
