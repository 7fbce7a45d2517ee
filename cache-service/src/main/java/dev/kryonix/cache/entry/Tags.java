package dev.kryonix.cache.entry;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tags as they are compared. Two tags of one digest would be invalidated together, which costs a
 * miss and is never wrong.
 */
public final class Tags {
  private Tags() {}

  /** What scripts know a tag by. */
  public static byte[] digest(String tag) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(tag.getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(all, Head.DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Tags as one text, each with its length before it as a byte: a tag has at most 128. */
  static byte[] join(List<String> tags) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (String tag : tags) {
      byte[] bytes = tag.getBytes(StandardCharsets.UTF_8);
      joined.write(bytes.length);
      joined.writeBytes(bytes);
    }
    return joined.toByteArray();
  }

  /** Reads what {@link #join} has made. */
  public static List<String> split(byte[] joined) {
    List<String> tags = new ArrayList<>();
    for (int at = 0; at < joined.length; ) {
      int length = Byte.toUnsignedInt(joined[at]);
      tags.add(new String(joined, at + 1, length, StandardCharsets.UTF_8));
      at += 1 + length;
    }
    return tags;
  }
}
