package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Target;
import dev.kryonix.gateway.upstream.Targets;
import dev.kryonix.kit.telemetry.RpcMetrics;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import jakarta.inject.Singleton;

/**
 * Counts REST calls with those of gRPC, by the RPC that they are and the status that it ended with.
 */
@Singleton
final class Outcomes {
  private final Targets targets;
  private final RpcMetrics metrics;

  Outcomes(Targets targets, RpcMetrics metrics) {
    this.targets = targets;
    this.metrics = metrics;
  }

  void record(RestRequest request, Status.Code code) {
    Target target = targets.find(request.binding().rpc().name());
    if (target != null) {
      metrics.record(target.method(), code, System.nanoTime() - request.startedNanos());
    }
  }

  /** The listener, with the end of its call counted. */
  ClientCall.Listener<Frame> counting(RestCall call, ClientCall.Listener<Frame> listener) {
    return new SimpleForwardingClientCallListener<>(listener) {
      @Override
      public void onClose(Status status, Metadata trailers) {
        record(call.request(), status.getCode());
        call.exchange().record().status(status, trailers);
        super.onClose(status, trailers);
      }
    };
  }
}
