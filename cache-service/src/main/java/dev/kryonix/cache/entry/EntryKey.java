package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;

/**
 * The address of an entry within its tenant. In Redis it reads {@code module:type:key}: module and
 * type hold no colon, so whatever the caller's key holds (colons, braces, any UTF-8) two addresses
 * never meet.
 */
public record EntryKey(String module, String type, String key) {
  private static final int LONGEST_MODULE = 40;
  private static final int LONGEST_TYPE = 64;

  /** Repeated in {@code ledger.lua}. */
  private static final String PLATFORM = "kryonix_";

  private static final int MAX_KEY_BYTES = 1024;

  public EntryKey {
    int bytes = key.getBytes(StandardCharsets.UTF_8).length;
    if (!isName(module, LONGEST_MODULE) || !isName(type, LONGEST_TYPE)) {
      throw new IllegalArgumentException("no module and type: " + module + ", " + type);
    }
    if (bytes == 0 || bytes > MAX_KEY_BYTES) {
      throw new IllegalArgumentException("a key of " + bytes + " bytes");
    }
  }

  /**
   * Whether the entry is the platform's own: a session, a document of a collection, a device's
   * operation, a request's answer. Its module is none of the catalogue, so that nobody names it in
   * a request; it is charged as any other, and neither flushed nor evicted.
   */
  public boolean isPlatform() {
    return module.startsWith(PLATFORM);
  }

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

  /** A letter, then letters, digits and underscores. */
  private static boolean isName(String text, int longest) {
    if (text.isEmpty() || text.length() > longest || !isLetter(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char each = text.charAt(i);
      if (!isLetter(each) && each != '_' && (each < '0' || each > '9')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char each) {
    return each >= 'a' && each <= 'z';
  }
}
