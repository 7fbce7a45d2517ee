package dev.kryonix.cache.redis;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.EventLoops;
import io.grpc.Status.Code;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What Redis answers, or why it did not, as the service's callers hear of it. */
final class Answers {
  private static final String STORE = "redis";

  private Answers() {}

  static <T> T await(Future<T> answer, Duration timeout) {
    EventLoops.requireNone();
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.cancel(false);
      throw away(e);
    } catch (TimeoutException e) {
      answer.cancel(false);
      throw away(e);
    } catch (ExecutionException e) {
      throw refusal(e.getCause() == null ? e : e.getCause());
    }
  }

  /**
   * The refusal for what failed. An error that Redis itself answers is a defect of ours, and so is
   * an exception that has nothing to do with it; all else is Redis being away or full.
   */
  static RuntimeException refusal(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case ServiceException known -> known;
      case RedisCommandExecutionException answer when isFull(answer) -> full(answer);
      case RedisCommandExecutionException answer when !isPassing(answer) -> answer;
      case RedisException passing -> away(passing);
      case CancellationException passing -> away(passing);
      case RejectedExecutionException passing -> away(passing);
      case RuntimeException defect -> defect;
      default -> away(cause);
    };
  }

  static ServiceException away(Throwable cause) {
    return CommonErrors.storeUnavailable(STORE, cause);
  }

  /** Whether the command was possibly carried out although it failed. */
  static boolean isUnknown(Throwable failure) {
    Throwable cause =
        failure instanceof ServiceException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof TimeoutException
        || cause instanceof RedisCommandTimeoutException
        || cause instanceof InterruptedException
        || cause instanceof CancellationException
        || (cause instanceof RedisException
            && !(cause instanceof RedisCommandExecutionException)
            && !String.valueOf(cause.getMessage()).contains("Commands are rejected"));
  }

  /** The outcome of a change that must not be repeated is not known. */
  static ServiceException unknown(Throwable cause) {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN,
            "The store '"
                + STORE
                + "' was lost during the change; whether it was made is unknown. Repeat with the"
                + " same request_id, or read.")
        .with("store", STORE)
        .retryAfter(Duration.ofSeconds(1))
        .cause(cause);
  }

  static boolean isTryAgain(Throwable failure) {
    return failure instanceof RedisCommandExecutionException
        && String.valueOf(failure.getMessage()).startsWith("TRYAGAIN");
  }

  private static boolean isFull(RedisCommandExecutionException answer) {
    return String.valueOf(answer.getMessage()).contains("OOM command not allowed");
  }

  private static ServiceException full(Throwable cause) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_STORE_FULL,
            "The store '"
                + STORE
                + "' has no memory left and takes no writes for now; reads go on.")
        .with("store", STORE)
        .retryAfter(Duration.ofSeconds(5))
        .cause(cause);
  }

  /** Errors of a server that is loading, failing over or moving slots: they pass. */
  private static boolean isPassing(RedisCommandExecutionException answer) {
    String message = String.valueOf(answer.getMessage());
    return message.startsWith("LOADING")
        || message.startsWith("READONLY")
        || message.startsWith("MASTERDOWN")
        || message.startsWith("CLUSTERDOWN")
        || message.startsWith("TRYAGAIN")
        || message.startsWith("MOVED")
        || message.startsWith("ASK")
        || message.startsWith("BUSY")
        || message.startsWith("NOREPLICAS")
        || message.contains("non local key")
        || message.contains("MISCONF");
  }
}
