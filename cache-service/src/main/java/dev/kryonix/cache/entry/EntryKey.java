package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The address of an entry within its tenant. In Redis it reads {@code module:type:key}: module and
 * type hold no colon, so whatever the caller's key holds (colons, braces, any UTF-8) two addresses
 * never meet. Its bytes are made once, since each call wants them several times.
 */
public final class EntryKey {
  private static final int LONGEST_MODULE = 40;
  private static final int LONGEST_TYPE = 64;

  /** Repeated in {@code ledger.lua}. */
  private static final String PLATFORM = "kryonix_";

  private static final int MAX_KEY_BYTES = 1024;

  private final String module;
  private final String type;
  private final String key;
  private final byte[] bytes;

  public EntryKey(String module, String type, String key) {
    this.module = module;
    this.type = type;
    this.key = key;
    this.bytes = (module + ":" + type + ":" + key).getBytes(StandardCharsets.UTF_8);
    if (!isName(module, LONGEST_MODULE) || !isName(type, LONGEST_TYPE)) {
      throw new IllegalArgumentException("no module and type: " + module + ", " + type);
    }
    // Module and type are plain ASCII.
    int keyBytes = bytes.length - module.length() - type.length() - 2;
    if (keyBytes == 0 || keyBytes > MAX_KEY_BYTES) {
      throw new IllegalArgumentException("a key of " + keyBytes + " bytes");
    }
  }

  public String module() {
    return module;
  }

  public String type() {
    return type;
  }

  public String key() {
    return key;
  }

  /**
   * Whether the entry is the platform's own: a session, a document of a collection, a device's
   * operation, a request's answer. Its module is none of the catalogue, so that nobody names it in
   * a request; it is charged as any other, and neither flushed nor evicted.
   */
  public boolean isPlatform() {
    return module.startsWith(PLATFORM);
  }

  /** The address as it stands in Redis; to be read only. */
  public byte[] bytes() {
    return bytes;
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

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof EntryKey that && Arrays.equals(bytes, that.bytes));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return module + ":" + type + ":" + key;
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
