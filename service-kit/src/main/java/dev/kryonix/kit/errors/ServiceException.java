package dev.kryonix.kit.errors;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.QuotaFailure;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import dev.kryonix.api.errors.v1.ErrorReason;
import io.grpc.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A refusal: a gRPC status with the google.rpc details that a caller can act on. Made by a factory
 * next to the rule that refuses, thrown through the logic, and turned into a status once, by {@link
 * ErrorsInterceptor}.
 *
 * <p>The message is for the caller: what is wrong, with the value, and what to do. The cause never
 * leaves the process.
 */
public final class ServiceException extends RuntimeException {
  /** The domain of every ErrorInfo of the platform. */
  public static final String DOMAIN = "kryonix";

  /**
   * A refusal goes over the wire in trailers, of which clients and proxies take 8 KiB: what a
   * caller sent and gets back, such as the key of a map, is cut, and so is a list of what is wrong.
   */
  private static final int LONGEST_MESSAGE = 400;

  private static final int LONGEST_TEXT = 120;
  private static final int MOST_VIOLATION_BYTES = 1536;

  private static final String REASON_PREFIX = "ERROR_REASON_";

  private final transient Status.Code code;
  private final ErrorReason reason;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final transient BadRequest.Builder badRequest = BadRequest.newBuilder();
  private final transient QuotaFailure.Builder quota = QuotaFailure.newBuilder();
  private final transient PreconditionFailure.Builder precondition =
      PreconditionFailure.newBuilder();
  private int violationBytes;
  private transient @Nullable RetryInfo retry;
  private transient @Nullable ResourceInfo resource;
  private transient byte @Nullable [] encoded;

  private ServiceException(Status.Code code, ErrorReason reason, String message) {
    super(cut(message, LONGEST_MESSAGE));
    this.code = code;
    this.reason = reason;
  }

  /** A refusal with the status, the stable reason, and a sentence for the caller. */
  public static ServiceException of(Status.Code code, ErrorReason reason, String message) {
    return new ServiceException(code, reason, message);
  }

  /** Adds metadata to the ErrorInfo. */
  public ServiceException with(String key, String value) {
    metadata.put(key, cut(value, LONGEST_TEXT));
    return this;
  }

  /**
   * Adds a violation of a request field, by its path in proto spelling such as {@code tenant.plan}.
   */
  public ServiceException field(String path, String description) {
    FieldViolation violation =
        FieldViolation.newBuilder()
            .setField(cut(path, LONGEST_TEXT))
            .setDescription(cut(description, LONGEST_MESSAGE))
            .build();
    violationBytes += violation.getSerializedSize();
    if (badRequest.getFieldViolationsCount() == 0 || violationBytes <= MOST_VIOLATION_BYTES) {
      badRequest.addFieldViolations(violation);
    }
    return this;
  }

  /** Says when the call may succeed. */
  public ServiceException retryAfter(java.time.Duration delay) {
    retry =
        RetryInfo.newBuilder()
            .setRetryDelay(
                Duration.newBuilder().setSeconds(delay.getSeconds()).setNanos(delay.getNano()))
            .build();
    return this;
  }

  /** Names the resource that is missing or in the way. */
  public ServiceException resource(String type, String name) {
    resource =
        ResourceInfo.newBuilder()
            .setResourceType(type)
            .setResourceName(cut(name, LONGEST_TEXT))
            .build();
    return this;
  }

  /** Names a quota that is used up. */
  public ServiceException quota(String subject, String description) {
    quota.addViolationsBuilder().setSubject(subject).setDescription(description);
    return this;
  }

  /** Names a condition that does not hold. */
  public ServiceException precondition(String type, String subject, String description) {
    precondition
        .addViolationsBuilder()
        .setType(type)
        .setSubject(subject)
        .setDescription(description);
    return this;
  }

  /** Keeps what led to the refusal, for the log of a defect only. */
  public ServiceException cause(Throwable cause) {
    initCause(cause);
    return this;
  }

  public Status.Code code() {
    return code;
  }

  public ErrorReason reason() {
    return reason;
  }

  /** The reason as it stands in the ErrorInfo, such as {@code QUOTA_EXCEEDED}. */
  public String reasonName() {
    return reason.name().substring(REASON_PREFIX.length());
  }

  /**
   * Encodes the refusal, to which nothing is added then: one that ends call after call, as when
   * there is too much, is made once.
   */
  public ServiceException ready() {
    encoded = toStatus().toByteArray();
    return this;
  }

  /** The bytes of {@link #toStatus}. */
  byte[] bytes() {
    byte[] ready = encoded;
    return ready == null ? toStatus().toByteArray() : ready;
  }

  /** The refusal as it goes over the wire. */
  public com.google.rpc.Status toStatus() {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(getMessage());
    status.addDetails(
        Any.pack(
            ErrorInfo.newBuilder()
                .setReason(reasonName())
                .setDomain(DOMAIN)
                .putAllMetadata(metadata)
                .build()));
    if (badRequest.getFieldViolationsCount() > 0) {
      status.addDetails(Any.pack(badRequest.build()));
    }
    if (precondition.getViolationsCount() > 0) {
      status.addDetails(Any.pack(precondition.build()));
    }
    if (quota.getViolationsCount() > 0) {
      status.addDetails(Any.pack(quota.build()));
    }
    if (resource != null) {
      status.addDetails(Any.pack(resource));
    }
    if (retry != null) {
      status.addDetails(Any.pack(retry));
    }
    return status.build();
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    // Not between the halves of a character.
    int end = Character.isHighSurrogate(text.charAt(longest - 2)) ? longest - 2 : longest - 1;
    return text.substring(0, end) + "…";
  }

  /** A refusal is an outcome: the reason says where it comes from, and callers may cause many. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? "" : message;
  }
}
