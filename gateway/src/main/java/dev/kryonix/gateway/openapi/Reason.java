package dev.kryonix.gateway.openapi;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.kryonix.gateway.transcode.HttpStatuses;
import dev.kryonix.kit.errors.ServiceException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads from the comment of an error's reason, which begins with the gRPC status, how HTTP answers.
 */
final class Reason {
  private static final Pattern CODE = Pattern.compile("([A-Z_]+)[:,]");

  private Reason() {}

  static Optional<Integer> status(String reason, String comment) {
    Matcher code = CODE.matcher(comment);
    if (!code.lookingAt()) {
      return Optional.empty();
    }
    ErrorInfo info =
        ErrorInfo.newBuilder().setDomain(ServiceException.DOMAIN).setReason(reason).build();
    return Optional.of(
        HttpStatuses.of(
            Status.newBuilder()
                .setCode(Code.valueOf(code.group(1)).getNumber())
                .addDetails(Any.pack(info))
                .build()));
  }
}
