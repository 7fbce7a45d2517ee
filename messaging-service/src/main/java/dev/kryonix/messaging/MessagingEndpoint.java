package dev.kryonix.messaging;

import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.AcknowledgeResponse;
import dev.kryonix.api.messaging.v1.CancelScheduledRequest;
import dev.kryonix.api.messaging.v1.CancelScheduledResponse;
import dev.kryonix.api.messaging.v1.DropDeadLettersRequest;
import dev.kryonix.api.messaging.v1.DropDeadLettersResponse;
import dev.kryonix.api.messaging.v1.GetClusterHealthRequest;
import dev.kryonix.api.messaging.v1.GetClusterHealthResponse;
import dev.kryonix.api.messaging.v1.GetQueueRequest;
import dev.kryonix.api.messaging.v1.GetQueueResponse;
import dev.kryonix.api.messaging.v1.ListConnectionsRequest;
import dev.kryonix.api.messaging.v1.ListConnectionsResponse;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.ListDeadLettersResponse;
import dev.kryonix.api.messaging.v1.ListQueuesRequest;
import dev.kryonix.api.messaging.v1.ListQueuesResponse;
import dev.kryonix.api.messaging.v1.ListScheduledRequest;
import dev.kryonix.api.messaging.v1.ListScheduledResponse;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc.MessagingServiceImplBase;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.PullResponse;
import dev.kryonix.api.messaging.v1.PurgeQueueRequest;
import dev.kryonix.api.messaging.v1.PurgeQueueResponse;
import dev.kryonix.api.messaging.v1.ReceiveRequest;
import dev.kryonix.api.messaging.v1.ReceiveResponse;
import dev.kryonix.api.messaging.v1.RedriveDeadLettersRequest;
import dev.kryonix.api.messaging.v1.RedriveDeadLettersResponse;
import dev.kryonix.api.messaging.v1.ReplayRequest;
import dev.kryonix.api.messaging.v1.ReplayResponse;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.messaging.deadletter.DeadLetterEndpoint;
import dev.kryonix.messaging.history.HistoryEndpoint;
import dev.kryonix.messaging.publish.PublishEndpoint;
import dev.kryonix.messaging.queues.ClusterEndpoint;
import dev.kryonix.messaging.queues.QueueEndpoint;
import dev.kryonix.messaging.schedule.ScheduleEndpoint;
import dev.kryonix.messaging.subscribe.SubscribeEndpoint;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;

/** MessagingService: each RPC is its capability's. */
@Singleton
final class MessagingEndpoint extends MessagingServiceImplBase {
  private final PublishEndpoint publish;
  private final SubscribeEndpoint subscribe;
  private final QueueEndpoint queues;
  private final ClusterEndpoint cluster;
  private final ScheduleEndpoint schedule;
  private final HistoryEndpoint history;
  private final DeadLetterEndpoint deadLetters;

  MessagingEndpoint(
      PublishEndpoint publish,
      SubscribeEndpoint subscribe,
      ScheduleEndpoint schedule,
      HistoryEndpoint history,
      QueueEndpoint queues,
      ClusterEndpoint cluster,
      DeadLetterEndpoint deadLetters) {
    this.publish = publish;
    this.subscribe = subscribe;
    this.schedule = schedule;
    this.history = history;
    this.queues = queues;
    this.cluster = cluster;
    this.deadLetters = deadLetters;
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> responses) {
    publish.publish(Callers.current(), request, responses);
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
  public void pull(PullRequest request, StreamObserver<PullResponse> responses) {
    responses.onNext(subscribe.pull(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public void acknowledge(
      AcknowledgeRequest request, StreamObserver<AcknowledgeResponse> responses) {
    responses.onNext(subscribe.acknowledge(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public void listQueues(ListQueuesRequest request, StreamObserver<ListQueuesResponse> responses) {
    responses.onNext(queues.list(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public void getQueue(GetQueueRequest request, StreamObserver<GetQueueResponse> responses) {
    responses.onNext(queues.get(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public void purgeQueue(PurgeQueueRequest request, StreamObserver<PurgeQueueResponse> responses) {
    responses.onNext(queues.purge(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public void listConnections(
      ListConnectionsRequest request, StreamObserver<ListConnectionsResponse> responses) {
    responses.onNext(cluster.connections(request));
    responses.onCompleted();
  }

  @Override
  public void getClusterHealth(
      GetClusterHealthRequest request, StreamObserver<GetClusterHealthResponse> responses) {
    responses.onNext(cluster.health());
    responses.onCompleted();
  }

  @Override
  public void listDeadLetters(
      ListDeadLettersRequest request, StreamObserver<ListDeadLettersResponse> responses) {
    responses.onNext(deadLetters.list(Callers.current(), request));
    responses.onCompleted();
  }

  @Override
  public void redriveDeadLetters(
      RedriveDeadLettersRequest request, StreamObserver<RedriveDeadLettersResponse> responses) {
    deadLetters.redrive(Callers.current(), request, responses);
  }

  @Override
  public void dropDeadLetters(
      DropDeadLettersRequest request, StreamObserver<DropDeadLettersResponse> responses) {
    responses.onNext(deadLetters.drop(Callers.current(), request));
    responses.onCompleted();
  }
}
