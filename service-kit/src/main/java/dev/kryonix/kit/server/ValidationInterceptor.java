package dev.kryonix.kit.server;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Message;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status.Code;
import java.util.List;

/**
 * Holds every message against the rules that its contract states (protovalidate), and names each
 * field that breaks one.
 */
final class ValidationInterceptor implements ServerInterceptor {
  private final Validator validator = ValidatorFactory.newBuilder().build();
  private final KnownRules known = new KnownRules();

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(Q message) {
        if (message instanceof Message proto) {
          validate(proto);
        }
        super.onMessage(message);
      }
    };
  }

  /** Makes the rules of a type ready, which takes longer than an event loop may be held up. */
  void prepare(Message ofType) {
    try {
      validate(ofType);
    } catch (ServiceException e) {
      // The rules have refused it, so they are ready.
    }
  }

  void validate(Message message) {
    if (known.keeps(message)) {
      return;
    }
    ValidationResult result;
    try {
      result = validator.validate(message);
    } catch (ArithmeticException e) {
      // Seconds and nanoseconds of a time that together are more than there can be.
      throw ServiceException.of(
          Code.INVALID_ARGUMENT,
          ErrorReason.ERROR_REASON_INVALID_FIELD,
          "A time in the request is out of range.");
    } catch (ValidationException e) {
      throw new IllegalStateException(
          "the rules of " + message.getDescriptorForType().getFullName() + " cannot be used", e);
    }
    if (!result.isSuccess()) {
      throw refusal(result.getViolations());
    }
    known.learn(message);
  }

  private static ServiceException refusal(List<Violation> violations) {
    ServiceException refusal =
        ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            describe(violations.getFirst())
                + (violations.size() > 1 ? " (and " + (violations.size() - 1) + " more)" : ""));
    for (Violation violation : violations) {
      refusal.field(path(violation), violation.toProto().getMessage());
    }
    return refusal;
  }

  private static String describe(Violation violation) {
    String path = path(violation);
    String message = violation.toProto().getMessage();
    return path.isEmpty() ? message : path + ": " + message;
  }

  /** The path in the spelling of google.rpc.BadRequest, such as {@code items[3].key}. */
  private static String path(Violation violation) {
    StringBuilder path = new StringBuilder();
    for (FieldPathElement element : violation.toProto().getField().getElementsList()) {
      if (!path.isEmpty()) {
        path.append('.');
      }
      path.append(element.getFieldName());
      switch (element.getSubscriptCase()) {
        case INDEX -> path.append('[').append(element.getIndex()).append(']');
        case BOOL_KEY -> path.append('[').append(element.getBoolKey()).append(']');
        case INT_KEY -> path.append('[').append(element.getIntKey()).append(']');
        case UINT_KEY -> path.append('[').append(element.getUintKey()).append(']');
        case STRING_KEY -> path.append("[\"").append(element.getStringKey()).append("\"]");
        case SUBSCRIPT_NOT_SET -> {}
      }
    }
    return path.toString();
  }
}
