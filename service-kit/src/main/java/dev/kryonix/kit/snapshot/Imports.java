package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Receives imports, at most one of a tenant at a time in this process. */
@Singleton
@Requires(beans = SnapshotStore.class)
final class Imports {
  private final SnapshotStore store;
  private final SnapshotTenants tenants;
  private final InstantSource clock;
  private final Set<TenantUid> running = ConcurrentHashMap.newKeySet();

  Imports(SnapshotStore store, SnapshotTenants tenants, InstantSource clock) {
    this.store = store;
    this.tenants = tenants;
    this.clock = clock;
  }

  /**
   * Takes one import's stream. gRPC asks for the next message when the last has been staged: that
   * is the backpressure.
   */
  StreamObserver<ImportRequest> receive(StreamObserver<ImportResponse> responses) {
    ImportReceiver receiver = new ImportReceiver(store, tenants, clock, running);
    Inbox inbox = new Inbox(receiver, responses);
    ServerCallStreamObserver<ImportResponse> call =
        (ServerCallStreamObserver<ImportResponse>) responses;
    call.setOnCancelHandler(receiver::close);
    return inbox;
  }

  /** Hands the messages on, and stops at the first refusal. */
  private static final class Inbox implements StreamObserver<ImportRequest> {
    private final ImportReceiver receiver;
    private final StreamObserver<ImportResponse> responses;
    private boolean ended;

    Inbox(ImportReceiver receiver, StreamObserver<ImportResponse> responses) {
      this.receiver = receiver;
      this.responses = responses;
    }

    @Override
    public void onNext(ImportRequest request) {
      if (!ended) {
        guard(() -> receiver.accept(request));
      }
    }

    @Override
    public void onCompleted() {
      if (!ended) {
        guard(
            () -> {
              ImportResponse response = receiver.finish();
              receiver.close();
              ended = true;
              responses.onNext(response);
              responses.onCompleted();
            });
      }
    }

    @Override
    public void onError(Throwable error) {
      ended = true;
      receiver.close();
    }

    private void guard(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException e) {
        ended = true;
        receiver.close();
        responses.onError(e);
      }
    }
  }
}
