package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.StateServiceGrpc.StateServiceStub;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/**
 * State streams over gRPC. A stream has no deadline: the channel's keepalive finds out when the
 * other side is gone.
 */
final class GrpcNetwork implements Network {
  private final StateServiceStub stub;

  GrpcNetwork(StateServiceStub stub) {
    this.stub = stub;
  }

  @Override
  public Link open(Listener listener) {
    Call call = new Call(listener);
    // The stream belongs to the process, not to whatever call happens to be running.
    Context.ROOT.run(() -> stub.sync(call));
    return call;
  }

  /** One call: what gRPC delivers goes to the listener, what the session sends goes to gRPC. */
  private static final class Call
      implements Link, ClientResponseObserver<SyncRequest, SyncResponse> {
    private final Listener listener;
    private @Nullable ClientCallStreamObserver<SyncRequest> requests;
    private volatile boolean ended;

    Call(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SyncRequest> started) {
      requests = started;
    }

    @Override
    public void send(SyncRequest message) {
      if (!ended && requests != null) {
        requests.onNext(message);
      }
    }

    @Override
    public boolean isReady() {
      return !ended && requests != null && requests.isReady();
    }

    @Override
    public void close() {
      if (!ended && requests != null) {
        ended = true;
        // Not a cancel: answers that are on their way still arrive. The server then ends its side.
        requests.onCompleted();
      }
    }

    @Override
    public void onNext(SyncResponse message) {
      listener.received(message);
    }

    @Override
    public void onError(Throwable error) {
      ended = true;
      Status status = Status.fromThrowable(error);
      listener.lost(status.getCode() + ": " + status.getDescription());
    }

    @Override
    public void onCompleted() {
      ended = true;
      listener.lost("ended by tenant-service");
    }
  }
}
