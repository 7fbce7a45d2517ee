package dev.kryonix.backup.repository;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM over the numbered segments of one object. The key belongs to that object alone, so
 * the segment's place and number make a nonce that never recurs, and no nonce has to be stored. Not
 * thread-safe.
 */
final class SegmentCipher {
  static final int TAG_BYTES = 16;
  private static final int TAG_BITS = 128;
  private static final int NONCE_BYTES = 12;

  /** Which part of the object a segment belongs to. */
  enum Place {
    BODY(0),
    TRAILER(1);

    private final int code;

    Place(int code) {
      this.code = code;
    }
  }

  private final SecretKeySpec key;
  private final byte[] identity;
  private final Cipher cipher;

  /**
   * @param identity what the object is; a segment moved into another object does not open
   */
  SegmentCipher(byte[] key, byte[] identity) {
    this.key = new SecretKeySpec(key, "AES");
    this.identity = identity.clone();
    try {
      this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES/GCM belongs to every JDK", e);
    }
  }

  byte[] seal(Place place, long number, byte[] plain, int length) {
    try {
      begin(Cipher.ENCRYPT_MODE, place, number);
      return cipher.doFinal(plain, 0, length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing cannot fail", e);
    }
  }

  /** Throws when the segment is not what was sealed in this place of this object. */
  byte[] open(Place place, long number, byte[] sealed, int offset, int length)
      throws GeneralSecurityException {
    begin(Cipher.DECRYPT_MODE, place, number);
    return cipher.doFinal(sealed, offset, length);
  }

  private void begin(int mode, Place place, long number) throws GeneralSecurityException {
    byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(place.code).putLong(number).array();
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(identity);
  }
}
