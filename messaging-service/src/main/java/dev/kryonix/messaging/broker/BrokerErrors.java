package dev.kryonix.messaging.broker;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.time.Duration;

/** Why the broker does not do what it is asked to. */
public final class BrokerErrors {
  private static final Duration BLOCKED_RETRY = Duration.ofSeconds(5);
  private static final Duration BEHIND_RETRY = Duration.ofSeconds(1);

  private BrokerErrors() {}

  /** The broker cannot be reached. */
  public static ServiceException unavailable(Throwable cause) {
    return CommonErrors.storeUnavailable("rabbitmq", cause);
  }

  /** The broker has raised its memory or disk alarm. */
  public static ServiceException blocked() {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_BROKER_BLOCKED,
            "The broker is short of memory or disk and takes no messages for now.")
        .retryAfter(BLOCKED_RETRY);
  }

  /** The broker confirms more slowly than the tenant publishes, and too many wait already. */
  public static ServiceException behind(int waiting) {
    return behind("%d messages of the tenant wait to be confirmed.".formatted(waiting));
  }

  /** The same where messages are large, and what waits is too much in bytes. */
  public static ServiceException tooManyBytes(long share) {
    return behind("what waits to be confirmed may come to %d bytes a tenant.".formatted(share));
  }

  private static ServiceException behind(String why) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_BROKER_BLOCKED,
            "The broker does not keep up: " + why)
        .retryAfter(BEHIND_RETRY);
  }
}
