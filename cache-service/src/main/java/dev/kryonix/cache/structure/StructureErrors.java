package dev.kryonix.cache.structure;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.cache.entry.EntryKind;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.util.Locale;

/** Why a request for a structure is refused. */
final class StructureErrors {
  private StructureErrors() {}

  static ServiceException wrongType(EntryKind expected) {
    String name = expected.name().toLowerCase(Locale.ROOT);
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_WRONG_TYPE,
            "The key holds another kind of value than " + name + ".")
        .with("expected", name);
  }

  static ServiceException tooLarge(EntryKind kind, int bytes, int limit) {
    String field =
        switch (kind) {
          case BYTES -> "value";
          case COUNTER -> "delta";
          case LIST -> "elements";
          case HASH -> "fields";
          case SET, SORTED_SET -> "members";
        };
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_VALUE_TOO_LARGE,
            "The whole would have " + bytes + " bytes; the limit is " + limit + ".")
        .with("limit_bytes", Integer.toString(limit))
        .field(field, "at most " + limit + " bytes together with what is there");
  }

  static ServiceException overflow() {
    return CommonErrors.invalidField("delta", "the sum would leave 64 bits");
  }

  /** Redis does not answer those before, or the caller has gone: nothing was changed. */
  static ServiceException noTurn() {
    return CommonErrors.storeUnavailable(
        "redis", new IllegalStateException("the structure's turn has not come in time"));
  }
}
