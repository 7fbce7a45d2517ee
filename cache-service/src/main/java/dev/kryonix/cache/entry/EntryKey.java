package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;

/**
 * The address of an entry within its tenant. In Redis it reads {@code module:type:key}: module and
 * type hold no colon, so whatever the caller's key holds (colons, braces, any UTF-8) two addresses
 * never meet.
 */
public record EntryKey(String module, String type, String key) {

  /** The address as it stands in Redis. */
  public byte[] bytes() {
    return (module + ":" + type + ":" + key).getBytes(StandardCharsets.UTF_8);
  }

  /** Reads an address as it stands in Redis. */
  public static EntryKey parse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int first = text.indexOf(':');
    int second = text.indexOf(':', first + 1);
    if (first <= 0 || second <= first + 1) {
      throw new IllegalArgumentException("not an entry's address");
    }
    return new EntryKey(
        text.substring(0, first), text.substring(first + 1, second), text.substring(second + 1));
  }
}
