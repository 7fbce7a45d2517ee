package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Tags as they are compared. Two tags of one digest would be invalidated together, which costs a
 * miss and is never wrong.
 */
final class Tags {
  private Tags() {}

  static byte[] digest(String tag) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(tag.getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(all, Head.DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
