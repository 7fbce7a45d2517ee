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
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.ContractRules;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.dedup.Take;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.publish.Publisher.Receipt;
import dev.kryonix.messaging.publish.Publisher.Sent;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The RPCs that publish. */
@Singleton
public final class PublishEndpoint {
  /** The largest request that an event loop reads, compresses and encrypts itself. */
  private static final int MOST_AT_ONCE = 16 * 1024;

  private final TenantDirectory tenants;
  private final PublishRequests requests;
  private final Publisher publisher;
  private final OncePublisher once;
  private final Deferral deferral;
  private final PublishMemory memory;
  private final FairShare share;
  private final ContractRules rules;
  private final InstantSource clock;

  PublishEndpoint(
      TenantDirectory tenants,
      PublishRequests requests,
      Publisher publisher,
      OncePublisher once,
      Deferral deferral,
      PublishMemory memory,
      FairShare share,
      ContractRules rules,
      InstantSource clock) {
    this.tenants = tenants;
    this.requests = requests;
    this.publisher = publisher;
    this.once = once;
    this.deferral = deferral;
    this.memory = memory;
    this.share = share;
    this.rules = rules;
    this.clock = clock;
  }

  /**
   * Publishes one message; the answer is written by whoever brings the broker's. It is called on an
   * event loop, and so waits for nothing.
   */
  public void publish(
      Principal caller, PublishRequest request, StreamObserver<PublishResponse> responses) {
    submit(caller, request, new Submission(Strand.SHARED, null))
        .whenComplete(
            (published, error) -> {
              if (published != null) {
                responses.onNext(published);
                responses.onCompleted();
              } else {
                responses.onError(error);
              }
            });
  }

  /** What is alike of the messages of one call. */
  private static final class Submission {
    final Strand strand;

    /** Where messages that have to keep their order go while one of them waits. */
    final @Nullable Backlog backlog;

    /** Whether one has had a request_id: then all that follow go behind it, to keep their order. */
    volatile boolean once;

    Submission(Strand strand, @Nullable Backlog backlog) {
      this.strand = strand;
      this.backlog = backlog;
    }

    boolean isBehind() {
      return backlog != null && !backlog.isEmpty();
    }

    /** Goes on where it may wait. */
    CompletableFuture<PublishResponse> aside(OwnThread.Work<PublishResponse> work) {
      return backlog == null ? OwnThread.run("publish", work) : backlog.add(work);
    }
  }

  /** Puts a message on its way; it has its place in memory until it is answered. */
  private CompletableFuture<PublishResponse> submit(
      Principal caller, PublishRequest request, Submission submission) {
    TenantUid tenant = caller.requireTenantUid();
    long bytes = request.getSerializedSize();
    memory.take(tenant, bytes);
    try {
      return forward(caller, request, submission)
          .whenComplete((answer, error) -> memory.give(tenant, bytes));
    } catch (RuntimeException e) {
      memory.give(tenant, bytes);
      throw e;
    }
  }

  private CompletableFuture<PublishResponse> forward(
      Principal caller, PublishRequest request, Submission submission) {
    if (submission.isBehind() || isLong(request)) {
      return submission.aside(() -> submitAside(caller, request, submission));
    }
    TenantView tenant = tenants.require(caller);
    NewMessage message = requests.read(tenant, request);
    publisher.charge(tenant);
    return once(tenant, request, message, submission)
        .orElseGet(
            () -> {
              Sent sent = publisher.ready(tenant, message, submission.strand);
              return publisher
                  .goAtOnce(sent)
                  .map(receipt -> receipt.thenApply(PublishEndpoint::response))
                  .orElseGet(
                      () ->
                          submission.aside(
                              () -> publisher.go(sent).thenApply(PublishEndpoint::response)));
            });
  }

  /** What is kept for later waits for the database, and what is large is long at work. */
  private static boolean isLong(PublishRequest request) {
    return request.hasDeliverAt()
        || !request.getScheduleId().isEmpty()
        || request.getSerializedSize() > MOST_AT_ONCE;
  }

  private CompletableFuture<PublishResponse> submitAside(
      Principal caller, PublishRequest request, Submission submission) throws InterruptedException {
    TenantView tenant = tenants.require(caller);
    NewMessage message = requests.read(tenant, request);
    Optional<Instant> deliverAt = requests.deliverAt(request);
    publisher.charge(tenant);
    if (deliverAt.isPresent()) {
      return CompletableFuture.completedFuture(defer(tenant, request, message, deliverAt.get()));
    }
    Optional<CompletableFuture<PublishResponse>> once = once(tenant, request, message, submission);
    return once.isPresent()
        ? once.get()
        : publisher.submit(tenant, message, submission.strand).thenApply(PublishEndpoint::response);
  }

  /** By way of the requests that are known, which do not wait; empty for what has none. */
  private Optional<CompletableFuture<PublishResponse>> once(
      TenantView tenant, PublishRequest request, NewMessage message, Submission submission) {
    if (!request.getRequestId().isEmpty()) {
      submission.once = true;
      return Optional.of(once.submit(tenant, take(request, message), message, submission.strand));
    }
    return submission.once
        ? Optional.of(once.submitAfter(tenant, message, submission.strand))
        : Optional.empty();
  }

  private static Take take(PublishRequest request, NewMessage message) {
    return new Take(request.getRequestId(), PublishRequests.digest(request), message.id());
  }

  /** Publishes a stream of messages; called on an event loop as {@link #publish}. */
  public StreamObserver<PublishStreamRequest> publishStream(
      Principal caller, StreamObserver<PublishStreamResponse> responses) {
    Submission submission = new Submission(publisher.newStrand(), new Backlog());
    return PublishStream.open(
        responses,
        request -> {
          requireRules(request);
          return submit(caller, request.getMessage(), submission);
        },
        () -> requireLasting(caller),
        () -> share.join(caller.requireTenantUid()));
  }

  /** Of the message as of one that comes alone, whose fields are named alike. */
  private void requireRules(PublishStreamRequest request) {
    if (request.getSequence() < 1) {
      throw CommonErrors.invalidField("sequence", "must be at least 1");
    }
    rules.require(request.getMessage());
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
