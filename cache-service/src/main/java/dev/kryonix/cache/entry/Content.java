package dev.kryonix.cache.entry;

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

  /** The version as callers see it. */
  public String etag() {
    return Etags.format(version);
  }
}
