package dev.kryonix.messaging.publish;

import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.kit.errors.CommonErrors;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What the broker's protocol has room for beside the payload. It counts the bytes of UTF-8: 255 for
 * a short text such as a header's name, and one frame of 128 KiB for all headers, of which half is
 * left to what is written there later, such as the errors of failed attempts.
 */
final class HeaderBytes {
  private static final int SHORT_TEXT = 255;

  /** A header's name is the key behind two characters of ours. */
  private static final int KEY = SHORT_TEXT - 2;

  /** The most that attributes come to. */
  static final int ALL = 64 * 1024;

  /** UTF-8 takes no more for each char. */
  private static final int MOST_PER_CHAR = 3;

  private HeaderBytes() {}

  /** Refuses a request whose content type or attributes do not fit. */
  static void require(PublishRequest request) {
    if (isOver(request.getContentType(), SHORT_TEXT)) {
      throw CommonErrors.invalidField(
          "content_type", "is over %d bytes of UTF-8".formatted(SHORT_TEXT));
    }
    long chars = 0;
    for (Map.Entry<String, String> each : request.getAttributesMap().entrySet()) {
      if (isOver(each.getKey(), KEY)) {
        throw CommonErrors.invalidField(
            "attributes[\"" + each.getKey() + "\"]",
            "has a key of over %d bytes of UTF-8".formatted(KEY));
      }
      chars += each.getKey().length() + each.getValue().length();
    }
    if (chars * MOST_PER_CHAR > ALL && bytes(request.getAttributesMap()) > ALL) {
      throw CommonErrors.invalidField(
          "attributes", "are over %d bytes of UTF-8 together".formatted(ALL));
    }
  }

  /** What the request's attributes come to. */
  static long of(PublishRequest request) {
    return bytes(request.getAttributesMap());
  }

  private static boolean isOver(String text, int most) {
    return text.length() * MOST_PER_CHAR > most && bytes(text) > most;
  }

  private static long bytes(Map<String, String> attributes) {
    long bytes = 0;
    for (Map.Entry<String, String> each : attributes.entrySet()) {
      bytes += bytes(each.getKey()) + bytes(each.getValue());
    }
    return bytes;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
