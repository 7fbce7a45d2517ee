package dev.kryonix.tenant.state;

import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.kit.identity.Callers;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;

/** StateService on the wire. */
@Singleton
final class StateEndpoint extends StateServiceGrpc.StateServiceImplBase {
  private final StateServer server;

  StateEndpoint(StateServer server) {
    this.server = server;
  }

  @Override
  public StreamObserver<SyncRequest> sync(StreamObserver<SyncResponse> responses) {
    return server.open(Callers.current().subject(), responses);
  }
}
