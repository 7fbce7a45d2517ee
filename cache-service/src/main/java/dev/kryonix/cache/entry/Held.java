package dev.kryonix.cache.entry;

import java.time.Instant;

/**
 * An entry as it was read before it is changed.
 *
 * @param content what it holds
 * @param expires when it expires
 */
public record Held(Content content, Instant expires) {
  /** Holds while nobody has written another version. */
  public WriteRule unchanged() {
    return new WriteRule.IfVersion(content.version());
  }
}
