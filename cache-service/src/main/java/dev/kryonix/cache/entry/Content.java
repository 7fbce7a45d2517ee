package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What an entry holds, opened.
 *
 * @param value the bytes as the writer gave them; empty when absent
 * @param contentType the media type that the writer gave, or empty
 * @param absent whether the writer said that there is no value (negative caching)
 * @param version identifies this version of the entry
 * @param createTime when this version was written, to the millisecond
 * @param tags the tags that invalidate it
 * @param serves whom it serves
 * @param loadTime how long it took to load, when it was written for a lease; zero otherwise
 * @param kind what kind of value it is
 */
public record Content(
    byte[] value,
    String contentType,
    boolean absent,
    long version,
    Instant createTime,
    List<String> tags,
    DeviceClass serves,
    Duration loadTime,
    EntryKind kind) {
  /** The most that a value may have. */
  public static final int MAX_VALUE_BYTES = 1024 * 1024;

  private static final int MAX_CONTENT_TYPE_BYTES = 127;
  private static final int MAX_TAGS = 8;
  private static final int MAX_TAG_BYTES = 128;

  public Content {
    tags = List.copyOf(tags);
    if (value.length > MAX_VALUE_BYTES) {
      throw new IllegalArgumentException("a value of " + value.length + " bytes");
    }
    int typeBytes = contentType.getBytes(StandardCharsets.UTF_8).length;
    if (typeBytes > MAX_CONTENT_TYPE_BYTES) {
      throw new IllegalArgumentException("a content type of " + typeBytes + " bytes");
    }
    if (tags.size() > MAX_TAGS
        || (!tags.isEmpty()
            && tags.stream().anyMatch(tag -> tag.isEmpty() || bytes(tag) > MAX_TAG_BYTES))) {
      throw new IllegalArgumentException("too many tags, or too long ones: " + tags.size());
    }
  }

  /** Content that is bytes. */
  public Content(
      byte[] value,
      String contentType,
      boolean absent,
      long version,
      Instant createTime,
      List<String> tags,
      DeviceClass serves,
      Duration loadTime) {
    this(value, contentType, absent, version, createTime, tags, serves, loadTime, EntryKind.BYTES);
  }

  /** Content without tags, for phones, that was not loaded for a lease. */
  public Content(
      byte[] value, String contentType, boolean absent, long version, Instant createTime) {
    this(
        value,
        contentType,
        absent,
        version,
        createTime,
        List.of(),
        DeviceClass.MOBILE,
        Duration.ZERO);
  }

  /** The same with another value. */
  public Content withValue(byte[] other) {
    return new Content(
        other, contentType, absent, version, createTime, tags, serves, loadTime, kind);
  }

  /** The version as callers see it. */
  public String etag() {
    return Etags.format(version);
  }

  private static int bytes(String tag) {
    return tag.getBytes(StandardCharsets.UTF_8).length;
  }
}
