package dev.kryonix.messaging;

import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.AcknowledgeResponse;
import dev.kryonix.api.messaging.v1.CancelScheduledRequest;
import dev.kryonix.api.messaging.v1.CancelScheduledResponse;
import dev.kryonix.api.messaging.v1.ListScheduledRequest;
import dev.kryonix.api.messaging.v1.ListScheduledResponse;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc.MessagingServiceImplBase;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import dev.kryonix.api.messaging.v1.ReceiveRequest;
import dev.kryonix.api.messaging.v1.ReceiveResponse;
import dev.kryonix.api.messaging.v1.ReplayRequest;
import dev.kryonix.api.messaging.v1.ReplayResponse;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.messaging.history.HistoryEndpoint;
import dev.kryonix.messaging.publish.PublishEndpoint;
import dev.kryonix.messaging.schedule.ScheduleEndpoint;
import dev.kryonix.messaging.subscribe.SubscribeEndpoint;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;

/** MessagingService: each RPC is its capability's. */
@Singleton
final class MessagingEndpoint extends MessagingServiceImplBase {
  private final PublishEndpoint publish;
  private final SubscribeEndpoint subscribe;
  private final ScheduleEndpoint schedule;
  private final HistoryEndpoint history;

  MessagingEndpoint(
      PublishEndpoint publish,
      SubscribeEndpoint subscribe,
      ScheduleEndpoint schedule,
      HistoryEndpoint history) {
    this.publish = publish;
    this.subscribe = subscribe;
    this.schedule = schedule;
    this.history = history;
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
  public void listScheduled(
      ListScheduledRequest request, StreamObserver<ListScheduledResponse> responses) {
    responses.onNext(schedule.list(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public void cancelScheduled(
      CancelScheduledRequest request, StreamObserver<CancelScheduledResponse> responses) {
    responses.onNext(schedule.cancel(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public void receive(ReceiveRequest request, StreamObserver<ReceiveResponse> responses) {
    history.receive(Callers.current(), request, responses);
  }

  @Override
  public void replay(ReplayRequest request, StreamObserver<ReplayResponse> responses) {
    history.replay(Callers.current(), request, responses);
  }

  @Override
  public void acknowledge(
      AcknowledgeRequest request, StreamObserver<AcknowledgeResponse> responses) {
    responses.onNext(subscribe.acknowledge(Callers.current(), request));
    responses.onCompleted();
  }
}
