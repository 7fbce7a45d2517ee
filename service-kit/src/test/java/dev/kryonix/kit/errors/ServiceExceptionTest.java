package dev.kryonix.kit.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import org.junit.jupiter.api.Test;

final class ServiceExceptionTest {
  private static final int MOST_HEADER_BYTES = 8192;

  /** A caller got INTERNAL instead of what was wrong, since no client takes such trailers. */
  @Test
  void whatACallerSentDoesNotMakeTheRefusalTooLargeForTrailers() {
    for (String character : new String[] {"a", "é", "語", "😀"}) {
      ServiceException refusal =
          CommonErrors.invalidField(
              "tenant.labels[" + character.repeat(5000) + "]", "x".repeat(900));
      for (int i = 0; i < 1000; i++) {
        refusal.field("tenant.modules[" + i + "]", "must not be " + character.repeat(100));
      }

      byte[][] trailers = InternalMetadata.serialize(WireErrors.trailers(refusal, new Metadata()));
      int bytes = 0;
      for (byte[] part : trailers) {
        // Binary values travel as Base64.
        bytes += part.length * 4 / 3;
      }
      // Each byte outside of ASCII travels as three characters in grpc-message.
      bytes += refusal.getMessage().getBytes(java.nio.charset.StandardCharsets.UTF_8).length * 3;
      assertThat(bytes).as(character).isLessThan(MOST_HEADER_BYTES);
    }
  }

  @Test
  void theFirstFieldIsNamedHoweverMuchIsWrong() throws InvalidProtocolBufferException {
    ServiceException refusal = CommonErrors.invalidField("first", "x".repeat(5000));
    refusal.field("second", "y");

    BadRequest details = refusal.toStatus().getDetails(1).unpack(BadRequest.class);
    assertThat(details.getFieldViolations(0).getField()).isEqualTo("first");
    assertThat(details.getFieldViolations(0).getDescription()).endsWith("…");
  }
}
