package dev.kryonix.cache.sync;

import dev.kryonix.api.cache.v1.DrainRequest;
import dev.kryonix.api.cache.v1.DrainResponse;
import dev.kryonix.api.cache.v1.EnqueueRequest;
import dev.kryonix.api.cache.v1.EnqueueResponse;
import dev.kryonix.api.cache.v1.SyncServiceGrpc.SyncServiceImplBase;
import dev.kryonix.api.cache.v1.SyncServicePullRequest;
import dev.kryonix.api.cache.v1.SyncServicePullResponse;
import dev.kryonix.api.cache.v1.SyncServicePushRequest;
import dev.kryonix.api.cache.v1.SyncServicePushResponse;
import dev.kryonix.api.cache.v1.SyncServiceSubscribeRequest;
import dev.kryonix.api.cache.v1.SyncServiceSubscribeResponse;
import dev.kryonix.cache.entry.ReadScope;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;

/** The contract's SyncService: proto in, proto out. */
@Singleton
final class SyncEndpoint extends SyncServiceImplBase {
  private final Collections collections;
  private final Subscriptions subscriptions;
  private final OfflineQueues queues;
  private final TenantDirectory tenants;

  SyncEndpoint(
      Collections collections,
      Subscriptions subscriptions,
      OfflineQueues queues,
      TenantDirectory tenants) {
    this.collections = collections;
    this.subscriptions = subscriptions;
    this.queues = queues;
    this.tenants = tenants;
  }

  @Override
  public void push(SyncServicePushRequest request, StreamObserver<SyncServicePushResponse> answer) {
    CollectionName name = new CollectionName(request.getUser(), request.getCollection());
    answer(
        answer, collections.push(tenant(), name, request.getDevice(), request.getMutationsList()));
  }

  @Override
  public void pull(SyncServicePullRequest request, StreamObserver<SyncServicePullResponse> answer) {
    CollectionName name = new CollectionName(request.getUser(), request.getCollection());
    Collections.Delta delta =
        collections.pull(tenant(), name, request.getCheckpoint(), request.getPageSize());
    answer(
        answer,
        SyncServicePullResponse.newBuilder()
            .addAllDocuments(delta.documents())
            .setCheckpoint(delta.checkpoint())
            .setMore(delta.more())
            .setReset(delta.reset())
            .build());
  }

  @Override
  public void subscribe(
      SyncServiceSubscribeRequest request, StreamObserver<SyncServiceSubscribeResponse> answer) {
    Principal caller = Callers.current();
    CollectionName name = new CollectionName(request.getUser(), request.getCollection());
    StreamWriter.serve(
        answer,
        writer ->
            subscriptions.follow(
                () -> tenants.require(caller),
                name,
                request.getCheckpoint(),
                new Subscriptions.Follower() {
                  @Override
                  public void take(Collections.Delta delta) {
                    writer.write(
                        SyncServiceSubscribeResponse.newBuilder()
                            .addAllDocuments(delta.documents())
                            .setCheckpoint(delta.checkpoint())
                            .setReset(delta.reset())
                            .build());
                  }

                  @Override
                  public boolean isGone() {
                    return writer.isEnded();
                  }
                }));
  }

  @Override
  public void enqueue(EnqueueRequest request, StreamObserver<EnqueueResponse> answer) {
    answer(answer, queues.enqueue(tenant(), request.getDevice(), request.getOperationsList()));
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainResponse> answer) {
    ReadScope.require(Callers.current());
    answer(
        answer,
        queues.drain(
            tenant(), request.getDevice(), request.getAcknowledgeThrough(), request.getPageSize()));
  }

  private TenantView tenant() {
    return tenants.require(Callers.current());
  }

  private static <T> void answer(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }
}
