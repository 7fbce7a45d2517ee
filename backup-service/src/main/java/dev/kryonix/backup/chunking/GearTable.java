package dev.kryonix.backup.chunking;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * 256 pseudo-random numbers drawn from a key: without the key, chunk borders cannot be told from
 * the content.
 */
public final class GearTable {
  private static final int BYTE_VALUES = 256;

  private final long[] gears;

  private GearTable(long[] gears) {
    this.gears = gears;
  }

  /** The table of a key: gear n is the first 8 bytes of HMAC-SHA256(key, n). */
  public static GearTable of(byte[] key) {
    long[] gears = new long[BYTE_VALUES];
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      for (int i = 0; i < BYTE_VALUES; i++) {
        gears[i] = ByteBuffer.wrap(mac.doFinal(new byte[] {(byte) i})).getLong();
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 belongs to every JDK", e);
    }
    return new GearTable(gears);
  }

  /** The table itself, not a copy: read by the chunker's inner loop only. */
  long[] gears() {
    return gears;
  }
}
