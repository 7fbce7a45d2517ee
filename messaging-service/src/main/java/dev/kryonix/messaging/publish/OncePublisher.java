package dev.kryonix.messaging.publish;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.dedup.RequestStore.Ending;
import dev.kryonix.messaging.dedup.Requests;
import dev.kryonix.messaging.dedup.Take;
import dev.kryonix.messaging.dedup.Taken;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.publish.Publisher.Receipt;
import dev.kryonix.messaging.topology.Route;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what comes with a request_id once, however often and through however many replicas it
 * comes, and gives the first answer to all who ask.
 *
 * <p>The request is in the database, with the message's id, before the message goes to the broker;
 * the answer is there before the caller has it. When nobody knows whether an attempt reached the
 * broker, the next one publishes under the same id, marked as possibly there before: consumers see
 * a redelivery, and never two messages.
 */
@Singleton
final class OncePublisher {
  private static final Duration FIRST_LOOK = Duration.ofMillis(20);
  private static final Duration LAST_LOOK = Duration.ofMillis(500);

  private final Requests requests;
  private final Publisher publisher;
  private final PublishConfig config;

  OncePublisher(Requests requests, Publisher publisher, PublishConfig config) {
    this.requests = requests;
    this.publisher = publisher;
    this.config = config;
  }

  /** Publishes the message, which has been charged, unless the request was published before. */
  CompletableFuture<PublishResponse> submit(
      TenantView tenant, Take request, NewMessage message, Strand strand) {
    Attempt attempt = new Attempt(tenant, message, request, strand);
    attempt.ask();
    return attempt.result;
  }

  /** Publishes the message behind all that has been submitted for the tenant before. */
  CompletableFuture<PublishResponse> submitAfter(
      TenantView tenant, NewMessage message, Strand strand) {
    CompletableFuture<PublishResponse> result = new CompletableFuture<>();
    requests.after(
        tenant,
        () ->
            send(tenant, message, strand)
                .whenComplete(
                    (receipt, error) -> {
                      if (receipt != null) {
                        result.complete(PublishEndpoint.response(receipt));
                      } else {
                        result.completeExceptionally(refusal(error));
                      }
                    }));
    return result;
  }

  private CompletableFuture<Receipt> send(TenantView tenant, NewMessage message, Strand strand) {
    try {
      return publisher.submit(tenant, message, strand);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CompletableFuture.failedFuture(PublishErrors.unconfirmed());
    }
  }

  private static ServiceException refusal(@Nullable Throwable error) {
    return error == null
        ? PublishErrors.unconfirmed()
        : WireErrors.of(error, "a publish with a request_id");
  }

  /** One call's way to its answer. */
  private final class Attempt implements Requests.Listener {
    final CompletableFuture<PublishResponse> result = new CompletableFuture<>();
    final TenantView tenant;
    final NewMessage message;
    final Take request;
    final Strand strand;
    final long end = System.nanoTime() + config.confirmTimeout().toNanos();
    Duration pause = FIRST_LOOK;

    Attempt(TenantView tenant, NewMessage message, Take request, Strand strand) {
      this.tenant = tenant;
      this.message = message;
      this.request = request;
      this.strand = strand;
    }

    void ask() {
      requests.take(tenant, request, this);
    }

    @Override
    public void failed(RuntimeException why) {
      result.completeExceptionally(why);
    }

    @Override
    public void taken(Taken taken) {
      switch (taken) {
        case Taken.Mine mine -> publish(mine);
        case Taken.Answered answered -> result.complete(duplicate(answered.answer()));
        case Taken.Running running -> askLater();
        case Taken.Reused reused ->
            result.completeExceptionally(CommonErrors.requestIdReused(request.requestId()));
      }
    }

    private void publish(Taken.Mine mine) {
      Take mineNow = new Take(request.requestId(), request.content(), mine.messageId());
      send(tenant, message.as(mine.messageId(), mine.again()), strand)
          .whenComplete(
              (receipt, error) -> {
                if (receipt != null) {
                  PublishResponse answer = PublishEndpoint.response(receipt);
                  requests.end(
                      tenant,
                      new Ending.Published(mineNow, answer.toByteString()),
                      () -> result.complete(answer));
                } else {
                  ServiceException why = refusal(error);
                  requests.end(
                      tenant,
                      isUnknown(why) || mine.again()
                          ? new Ending.Unknown(mineNow)
                          : new Ending.Refused(mineNow),
                      () -> result.completeExceptionally(why));
                }
              });
    }

    /** Whether the message, or one of its copies, may be in the broker. */
    private boolean isUnknown(ServiceException why) {
      return why.reason() == ErrorReason.ERROR_REASON_CONFIRM_TIMEOUT
          || why.reason() == ErrorReason.ERROR_REASON_INTERNAL_DEFECT
          || message.handling().route() == Route.AUTOMATION;
    }

    private void askLater() {
      if (System.nanoTime() > end) {
        result.completeExceptionally(PublishErrors.stillRunning());
        return;
      }
      Duration wait = pause;
      pause = wait.multipliedBy(2).compareTo(LAST_LOOK) < 0 ? wait.multipliedBy(2) : LAST_LOOK;
      Thread.ofVirtual()
          .name("request-wait")
          .start(
              () -> {
                try {
                  Thread.sleep(wait);
                  ask();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                  result.completeExceptionally(PublishErrors.stillRunning());
                }
              });
    }
  }

  static PublishResponse duplicate(ByteString answer) {
    try {
      return PublishResponse.parseFrom(answer).toBuilder().setDuplicate(true).build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an answer that was kept cannot be read", e);
    }
  }
}
