package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** The contract counts characters, which take up to four bytes each. */
final class HeaderBytesTest {
  private static final String FOUR_BYTES = "🏥";

  @Test
  void aKeyMayHave253Bytes() {
    assertFits(PublishRequest.newBuilder().putAttributes("k" + FOUR_BYTES.repeat(63), "v"));
    assertRefused(
        PublishRequest.newBuilder().putAttributes("kk" + FOUR_BYTES.repeat(63), "v"),
        "attributes[");
  }

  @Test
  void aContentTypeMayHave255Bytes() {
    assertFits(PublishRequest.newBuilder().setContentType("abc" + FOUR_BYTES.repeat(63)));
    assertRefused(
        PublishRequest.newBuilder().setContentType(FOUR_BYTES.repeat(64)), "content_type");
  }

  @Test
  void attributesMayHave64KibibytesTogether() {
    assertFits(PublishRequest.newBuilder().putAllAttributes(attributes("v".repeat(1020))));
    assertRefused(
        PublishRequest.newBuilder().putAllAttributes(attributes(FOUR_BYTES.repeat(256))),
        "attributes");
  }

  /** 64 attributes, with keys of four bytes. */
  private static Map<String, String> attributes(String value) {
    Map<String, String> attributes = new HashMap<>();
    for (int i = 0; i < 64; i++) {
      attributes.put("k%03d".formatted(i), value);
    }
    return attributes;
  }

  private static void assertFits(PublishRequest.Builder request) {
    assertThatCode(() -> HeaderBytes.require(request.build())).doesNotThrowAnyException();
  }

  private static void assertRefused(PublishRequest.Builder request, String field) {
    assertThatThrownBy(() -> HeaderBytes.require(request.build()))
        .hasMessageStartingWith(field)
        .asInstanceOf(InstanceOfAssertFactories.type(ServiceException.class))
        .extracting(ServiceException::code)
        .isEqualTo(Code.INVALID_ARGUMENT);
  }
}
