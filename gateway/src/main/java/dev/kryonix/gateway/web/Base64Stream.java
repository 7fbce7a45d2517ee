package dev.kryonix.gateway.web;

import java.io.ByteArrayOutputStream;
import java.util.Base64;

/**
 * Decodes base64 that comes in pieces cut anywhere. A client may pad each piece of its own, so
 * padding may stand in the middle.
 */
final class Base64Stream {
  private static final int GROUP = 4;

  private final byte[] group = new byte[GROUP];
  private int filled;

  /** What the characters complete. Throws IllegalArgumentException when they are no base64. */
  byte[] decode(byte[] characters) {
    ByteArrayOutputStream plain = new ByteArrayOutputStream(characters.length);
    for (byte each : characters) {
      if (each == '\r' || each == '\n') {
        continue;
      }
      group[filled++] = each;
      if (filled == GROUP) {
        plain.writeBytes(Base64.getDecoder().decode(group));
        filled = 0;
      }
    }
    return plain.toByteArray();
  }

  /** Whether everything that came in has been decoded. */
  boolean isComplete() {
    return filled == 0;
  }
}
