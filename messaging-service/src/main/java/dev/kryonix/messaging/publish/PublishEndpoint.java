package dev.kryonix.messaging.publish;

import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.Lane;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import dev.kryonix.api.messaging.v1.Route;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.dedup.Take;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.publish.Publisher.Receipt;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The RPCs that publish. */
@Singleton
public final class PublishEndpoint {
  private final TenantDirectory tenants;
  private final PublishRequests requests;
  private final Publisher publisher;
  private final OncePublisher once;
  private final Deferral deferral;
  private final InstantSource clock;

  PublishEndpoint(
      TenantDirectory tenants,
      PublishRequests requests,
      Publisher publisher,
      OncePublisher once,
      Deferral deferral,
      InstantSource clock) {
    this.tenants = tenants;
    this.requests = requests;
    this.publisher = publisher;
    this.once = once;
    this.deferral = deferral;
    this.clock = clock;
  }

  /** Publishes one message; the answer is written by whoever brings the broker's. */
  public void publish(
      Principal caller, PublishRequest request, StreamObserver<PublishResponse> responses) {
    try {
      submit(caller, request, new Submission(Strand.SHARED))
          .whenComplete(
              (answer, error) -> {
                if (answer != null) {
                  responses.onNext(answer);
                  responses.onCompleted();
                } else {
                  responses.onError(error);
                }
              });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommonErrors.notServing("the call was interrupted");
    }
  }

  /** What is alike of the messages of one call. */
  private static final class Submission {
    final Strand strand;

    /** Whether one has had a request_id: then all that follow go behind it, to keep their order. */
    volatile boolean once;

    Submission(Strand strand) {
      this.strand = strand;
    }
  }

  private CompletableFuture<PublishResponse> submit(
      Principal caller, PublishRequest request, Submission submission) throws InterruptedException {
    TenantView tenant = tenants.require(caller);
    NewMessage message = requests.read(tenant, request);
    Optional<Instant> deliverAt = requests.deliverAt(request);
    publisher.charge(tenant);
    if (deliverAt.isPresent()) {
      return CompletableFuture.completedFuture(defer(tenant, request, message, deliverAt.get()));
    }
    if (!request.getRequestId().isEmpty()) {
      submission.once = true;
      Take take = new Take(request.getRequestId(), PublishRequests.digest(request), message.id());
      return once.submit(tenant, take, message, submission.strand);
    }
    if (submission.once) {
      return once.submitAfter(tenant, message, submission.strand);
    }
    return publisher
        .submit(tenant, message, submission.strand)
        .thenApply(PublishEndpoint::response);
  }

  /** Publishes a stream of messages. */
  public StreamObserver<PublishStreamRequest> publishStream(
      Principal caller, StreamObserver<PublishStreamResponse> responses) {
    Submission submission = new Submission(publisher.newStrand());
    return PublishStream.open(
        responses,
        publisher.maxBytesInFlight(),
        request -> submit(caller, request, submission),
        () -> requireLasting(caller));
  }

  /** A stream lasts no longer than its token. */
  private void requireLasting(Principal caller) {
    if (caller.expiresAt().isBefore(clock.instant())) {
      throw PublishErrors.tokenExpired();
    }
  }

  private PublishResponse defer(
      TenantView tenant, PublishRequest request, NewMessage message, Instant deliverAt)
      throws InterruptedException {
    Deferral.Kept kept =
        deferral.keep(
            tenant,
            new Deferral.Order(
                message,
                PublishRequests.content(request),
                deliverAt,
                Optional.of(request.getScheduleId()).filter(id -> !id.isEmpty()),
                Optional.of(request.getRequestId())
                    .filter(id -> !id.isEmpty())
                    .map(id -> new Deferral.Order.Request(id, PublishRequests.digest(request)))));
    return switch (kept) {
      case Deferral.Kept.Before before -> OncePublisher.duplicate(before.answer());
      case Deferral.Kept.Now now -> scheduled(message, now.messageId(), now.scheduleId());
    };
  }

  static PublishResponse response(Receipt receipt) {
    return about(receipt.message())
        .setPublishTime(Timestamps.fromMillis(receipt.time().toEpochMilli()))
        .build();
  }

  /** What is answered to who schedules a message. */
  public static PublishResponse scheduled(NewMessage message, String messageId, String scheduleId) {
    return about(message).setMessageId(messageId).setScheduleId(scheduleId).build();
  }

  private static PublishResponse.Builder about(NewMessage message) {
    return PublishResponse.newBuilder()
        .setMessageId(message.id())
        .setQueue(message.queue().name())
        .setRoute(
            switch (message.handling().route()) {
              case STANDARD -> Route.ROUTE_STANDARD;
              case MOBILE_PRIORITY -> Route.ROUTE_MOBILE_PRIORITY;
              case BUSINESS_CRITICAL -> Route.ROUTE_BUSINESS_CRITICAL;
              case AUTOMATION -> Route.ROUTE_AUTOMATION;
            })
        .setLane(
            switch (message.lane()) {
              case HIGH -> Lane.LANE_HIGH;
              case NORMAL -> Lane.LANE_NORMAL;
              case LOW -> Lane.LANE_LOW;
            });
  }
}
