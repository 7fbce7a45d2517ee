package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * What an entry holds, opened.
 *
 * @param value the bytes as the writer gave them; empty when absent
 * @param contentType the media type that the writer gave, or empty
 * @param absent whether the writer said that there is no value (negative caching)
 * @param version identifies this version of the entry
 * @param createTime when this version was written, to the millisecond
 */
public record Content(
    byte[] value, String contentType, boolean absent, long version, Instant createTime) {
  /** The most that a value may have. */
  public static final int MAX_VALUE_BYTES = 1024 * 1024;

  private static final int MAX_CONTENT_TYPE_BYTES = 127;

  public Content {
    if (value.length > MAX_VALUE_BYTES) {
      throw new IllegalArgumentException("a value of " + value.length + " bytes");
    }
    int typeBytes = contentType.getBytes(StandardCharsets.UTF_8).length;
    if (typeBytes > MAX_CONTENT_TYPE_BYTES) {
      throw new IllegalArgumentException("a content type of " + typeBytes + " bytes");
    }
  }

  /** The version as callers see it. */
  public String etag() {
    return Etags.format(version);
  }
}
