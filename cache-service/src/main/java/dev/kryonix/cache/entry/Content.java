package dev.kryonix.cache.entry;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What an entry holds, opened.
 *
 * @param bytes the value as the writer gave it, mostly a part of what Redis has answered, which is
 *     not copied for it; empty when absent
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
    ByteString bytes,
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

  /** The most that is kept: an answer that hands out a whole value has a frame around its parts. */
  static final int MAX_KEPT_BYTES = MAX_VALUE_BYTES + 64 * 1024;

  private static final int MAX_CONTENT_TYPE_BYTES = 127;
  private static final int MOST_BYTES_OF_A_CHAR = 3;
  private static final int MAX_TAGS = 8;
  private static final int MAX_TAG_BYTES = 128;

  public Content {
    tags = List.copyOf(tags);
    if (bytes.size() > MAX_KEPT_BYTES) {
      throw new IllegalArgumentException("a value of " + bytes.size() + " bytes");
    }
    if (contentType.length() * MOST_BYTES_OF_A_CHAR > MAX_CONTENT_TYPE_BYTES
        && lengthOf(contentType) > MAX_CONTENT_TYPE_BYTES) {
      throw new IllegalArgumentException("a content type of " + lengthOf(contentType) + " bytes");
    }
    if (tags.size() > MAX_TAGS
        || (!tags.isEmpty()
            && tags.stream().anyMatch(tag -> tag.isEmpty() || lengthOf(tag) > MAX_TAG_BYTES))) {
      throw new IllegalArgumentException("too many tags, or too long ones: " + tags.size());
    }
  }

  /** Content of an array, which nobody changes from then on. */
  public Content(
      byte[] value,
      String contentType,
      boolean absent,
      long version,
      Instant createTime,
      List<String> tags,
      DeviceClass serves,
      Duration loadTime,
      EntryKind kind) {
    this(
        UnsafeByteOperations.unsafeWrap(value),
        contentType,
        absent,
        version,
        createTime,
        tags,
        serves,
        loadTime,
        kind);
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

  /** The value as an array of its own. */
  public byte[] value() {
    return bytes.toByteArray();
  }

  /** The length of the value. */
  public int size() {
    return bytes.size();
  }

  /** The version as callers see it. */
  public String etag() {
    return Etags.format(version);
  }

  private static int lengthOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
