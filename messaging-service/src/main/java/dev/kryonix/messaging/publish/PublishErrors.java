package dev.kryonix.messaging.publish;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.messaging.broker.Names;
import io.grpc.Status.Code;
import java.time.Duration;

/** Why a message is not published. */
public final class PublishErrors {
  private static final Duration QUEUE_RETRY = Duration.ofSeconds(1);
  private static final Duration CONFIRM_RETRY = Duration.ofMillis(500);

  private PublishErrors() {}

  public static ServiceException queueFull(String queue) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUEUE_FULL,
            "The queue '%s' has reached its depth; consume from it, or try again later."
                .formatted(queue))
        .with("queue", queue)
        .quota("messaging.queue_depth", "messages in the queue " + queue)
        .retryAfter(QUEUE_RETRY);
  }

  static ServiceException automationFull(String queue) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUEUE_FULL,
            "The message is in '%s', but the queue of an automation consumer has reached its depth."
                .formatted(queue))
        .with("queue", Names.AUTOMATION)
        .quota("messaging.queue_depth", "messages in the automation consumers' queues")
        .retryAfter(QUEUE_RETRY);
  }

  /** Another call publishes the same, and has not come to an end in time. */
  public static ServiceException stillRunning() {
    return ServiceException.of(
            Code.DEADLINE_EXCEEDED,
            ErrorReason.ERROR_REASON_CONFIRM_TIMEOUT,
            "Another call with this request_id has not ended; publish again with the same id.")
        .retryAfter(CONFIRM_RETRY);
  }

  static ServiceException unconfirmed() {
    return ServiceException.of(
            Code.DEADLINE_EXCEEDED,
            ErrorReason.ERROR_REASON_CONFIRM_TIMEOUT,
            "The broker did not confirm; whether the message was taken is unknown. Publish it again.")
        .retryAfter(CONFIRM_RETRY);
  }

  static ServiceException tokenExpired() {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TOKEN_EXPIRED,
        "The token has expired; open the stream again with a new one.");
  }

  static ServiceException historyAway() {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_STORE_UNAVAILABLE,
            "The message history cannot be reached; try again shortly.")
        .with("store", "rabbitmq")
        .retryAfter(QUEUE_RETRY);
  }

  static ServiceException unroutable(String queue) {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_STORE_UNAVAILABLE,
            "The queue '%s' does not take the message; it was not published. Try again shortly."
                .formatted(queue))
        .with("store", "rabbitmq")
        .retryAfter(QUEUE_RETRY);
  }

  static ServiceException rateLimited(int perSecond, Duration retryAfter) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_RATE_LIMITED,
            "The tenant publishes more than the %d messages per second of its plan."
                .formatted(perSecond))
        .quota("messaging.publish_per_second", perSecond + " messages per second")
        .retryAfter(retryAfter);
  }
}
