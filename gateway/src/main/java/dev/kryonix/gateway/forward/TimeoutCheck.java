package dev.kryonix.gateway.forward;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status.Code;
import org.jspecify.annotations.Nullable;

/**
 * Looks at grpc-timeout before grpc-java does, which would reset the stream of a caller whose
 * timeout is malformed, without a word, and would take a sign for part of a number. A stream tracer
 * is the first to see the headers of a call; what it finds wrong it puts aside for {@link
 * #refusal}.
 */
public final class TimeoutCheck extends ServerStreamTracer.Factory {
  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);

  /** Named as what no caller may send in. */
  private static final Metadata.Key<String> MALFORMED =
      Metadata.Key.of("x-kryonix-malformed-timeout", Metadata.ASCII_STRING_MARSHALLER);

  private static final ServerStreamTracer NOTHING = new ServerStreamTracer() {};

  private static final int MAX_DIGITS = 8;
  private static final String UNITS = "HMSmun";
  private static final int BRIEF = 32;

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    headers.discardAll(MALFORMED);
    String timeout = headers.get(TIMEOUT);
    if (timeout != null && !isTimeout(timeout)) {
      headers.discardAll(TIMEOUT);
      headers.put(MALFORMED, timeout);
    }
    return NOTHING;
  }

  /** Why a call with these headers is refused, or null when nothing is wrong with its timeout. */
  static @Nullable ServiceException refusal(Metadata headers) {
    String timeout = headers.get(MALFORMED);
    return timeout == null ? null : malformed(timeout);
  }

  /** Up to eight digits and a unit, as gRPC over HTTP/2 has it. */
  public static boolean isTimeout(String text) {
    int digits = text.length() - 1;
    if (digits < 1 || digits > MAX_DIGITS || UNITS.indexOf(text.charAt(digits)) < 0) {
      return false;
    }
    for (int i = 0; i < digits; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** The refusal of what is no timeout. */
  public static ServiceException malformed(String value) {
    String brief = value.length() <= BRIEF ? value : value.substring(0, BRIEF) + "…";
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            "grpc-timeout '" + brief + "' is not up to 8 digits and one of H, M, S, m, u, n.")
        .field("grpc-timeout", "not a timeout");
  }
}
