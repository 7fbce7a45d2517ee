package dev.kryonix.kit.server;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Message;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The rules that the contracts state of their messages (protovalidate), and those that all have in
 * common ({@link CommonRules}).
 */
@Singleton
public final class ContractRules {
  private final Validator validator = ValidatorFactory.newBuilder().build();
  private final KnownRules known = new KnownRules();

  /** Makes the rules of a type ready, which takes longer than an event loop may be held up. */
  void prepare(Message ofType) {
    try {
      require(ofType);
    } catch (ServiceException e) {
      // The rules have refused it, so they are ready.
    }
  }

  /** Refuses a message that breaks a rule, and names each field that does. */
  public void require(Message message) {
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
    List<BrokenRule> broken = CommonRules.brokenBy(message);
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
