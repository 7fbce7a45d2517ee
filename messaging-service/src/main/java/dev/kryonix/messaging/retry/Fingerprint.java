package dev.kryonix.messaging.retry;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells failures of the same kind: a hash of module, operation, reason and the error without what
 * differs from message to message (numbers, ids, what stands in quotation marks).
 */
public final class Fingerprint {
  private static final int HEX_DIGITS = 32;
  private static final int ERROR_CHARACTERS = 256;
  private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"|'[^']*'|`[^`]*`");

  /** Whatever has a digit in it is a number, an id, a time or an address. */
  private static final Pattern WITH_DIGIT = Pattern.compile("[\\p{L}_]*\\d[\\p{L}\\p{N}_.:+-]*");

  private static final Pattern SPACE = Pattern.compile("\\s+");

  private Fingerprint() {}

  /** 32 hexadecimal digits. */
  public static String of(String module, String operation, DeadReason reason, String error) {
    String all = String.join("\0", module, operation, reason.name(), normalised(error));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, HEX_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not to be had", e);
    }
  }

  static String normalised(String error) {
    String text = QUOTED.matcher(error).replaceAll("*");
    text = WITH_DIGIT.matcher(text).replaceAll("#");
    text = SPACE.matcher(text).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    return text.substring(0, Math.min(text.length(), ERROR_CHARACTERS));
  }
}
