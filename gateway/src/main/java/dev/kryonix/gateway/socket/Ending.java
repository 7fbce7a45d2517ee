package dev.kryonix.gateway.socket;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.upstream.UpstreamStatus;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How the gateway ends a socket: the status as a last text message, unless all is well, and a close
 * frame.
 *
 * @param code the code of the close frame
 * @param reason a short text for people
 * @param status the google.rpc.Status as JSON; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Ending(int code, String reason, byte[] status) {
  static final int NORMAL = 1000;
  static final int GOING_AWAY = 1001;
  static final int WRONG_TYPE = 1003;
  static final int NO_DATA = 1007;
  static final int TOO_MANY = 1008;
  static final int TOO_BIG = 1009;

  /** An RPC that fails closes with this and its status code: 4005 for NOT_FOUND. */
  static final int OF_STATUS = 4000;

  /** What a close frame holds beside the code (RFC 6455, section 5.5). */
  private static final int REASON_BYTES = 123;

  /** The end of the call. */
  static Ending of(UpstreamStatus end, Answers answers) {
    return end.status().isOk()
        ? new Ending(NORMAL, "", new byte[0])
        : of(end, answers, OF_STATUS + end.status().getCode().value());
  }

  /** The end that a refusal brings, with a code of WebSocket's own. */
  static Ending of(ServiceException why, Answers answers, int code) {
    Metadata trailers = WireErrors.trailers(why, new Metadata());
    return of(new UpstreamStatus(WireErrors.status(why), trailers), answers, code);
  }

  private static Ending of(UpstreamStatus end, Answers answers, int code) {
    Status status = Answers.status(end);
    return new Ending(code, reason(end, status), answers.last(end));
  }

  private static String reason(UpstreamStatus end, Status status) {
    String word =
        status.getDetailsList().stream()
            .filter(detail -> detail.is(ErrorInfo.class))
            .findFirst()
            .flatMap(Ending::word)
            .orElse(end.status().getCode().name());
    return status.getMessage().isEmpty() ? word : brief(word + ": " + status.getMessage());
  }

  private static Optional<String> word(Any detail) {
    try {
      return Optional.of(detail.unpack(ErrorInfo.class).getReason());
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /** As much of the text as fits, without half a character at its end. */
  static String brief(String text) {
    ByteBuffer fits = ByteBuffer.allocate(REASON_BYTES);
    StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text), fits, true);
    return StandardCharsets.UTF_8.decode(fits.flip()).toString();
  }
}
