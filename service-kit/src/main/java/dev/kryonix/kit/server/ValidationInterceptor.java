package dev.kryonix.kit.server;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
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
 * Holds every message against the rules that its contract states (protovalidate), and against the
 * one that all texts have in common ({@link NoNul}), and names each field that breaks one.
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
      throw refusal(result.getViolations().stream().map(BrokenRule::of).toList());
    }
    List<BrokenRule> broken = NoNul.brokenBy(message);
    if (!broken.isEmpty()) {
      throw refusal(broken);
    }
    known.learn(message);
  }

  private static ServiceException refusal(List<BrokenRule> broken) {
    ServiceException refusal =
        ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            broken.getFirst().describe()
                + (broken.size() > 1 ? " (and " + (broken.size() - 1) + " more)" : ""));
    broken.forEach(each -> refusal.field(each.path(), each.message()));
    return refusal;
  }
}
