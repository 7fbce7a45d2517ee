package dev.kryonix.messaging;

import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.AcknowledgeResponse;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc.MessagingServiceImplBase;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.messaging.publish.PublishEndpoint;
import dev.kryonix.messaging.subscribe.SubscribeEndpoint;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;

/** MessagingService: each RPC is its capability's. */
@Singleton
final class MessagingEndpoint extends MessagingServiceImplBase {
  private final PublishEndpoint publish;
  private final SubscribeEndpoint subscribe;

  MessagingEndpoint(PublishEndpoint publish, SubscribeEndpoint subscribe) {
    this.publish = publish;
    this.subscribe = subscribe;
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> responses) {
    responses.onNext(publish.publish(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public StreamObserver<PublishStreamRequest> publishStream(
      StreamObserver<PublishStreamResponse> responses) {
    return publish.publishStream(Callers.current(), responses);
  }

  @Override
  public StreamObserver<SubscribeRequest> subscribe(StreamObserver<SubscribeResponse> responses) {
    return subscribe.subscribe(Callers.current(), responses);
  }

  @Override
  public void acknowledge(
      AcknowledgeRequest request, StreamObserver<AcknowledgeResponse> responses) {
    responses.onNext(subscribe.acknowledge(Callers.current(), request));
    responses.onCompleted();
  }
}
