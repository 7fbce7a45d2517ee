package dev.kryonix.cache.entry;

import java.util.HexFormat;
import java.util.OptionalLong;

/** The etag of an entry: its version as 16 hexadecimal digits. */
final class Etags {
  private static final int DIGITS = 16;

  private Etags() {}

  static String format(long version) {
    return HexFormat.of().toHexDigits(version);
  }

  /**
   * The version, when the text can be an etag of ours; surrounding quotes as in HTTP are allowed.
   */
  static OptionalLong parse(String etag) {
    if (etag.isEmpty()) {
      return OptionalLong.empty();
    }
    String digits = etag.startsWith("W/") ? etag.substring(2) : etag;
    if (digits.length() == DIGITS + 2 && digits.startsWith("\"") && digits.endsWith("\"")) {
      digits = digits.substring(1, DIGITS + 1);
    }
    if (digits.length() != DIGITS || !digits.chars().allMatch(HexFormat::isHexDigit)) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(HexFormat.fromHexDigitsToLong(digits));
  }
}
