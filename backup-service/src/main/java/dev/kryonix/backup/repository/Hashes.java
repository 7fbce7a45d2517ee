package dev.kryonix.backup.repository;

import dev.kryonix.kit.crypto.Hkdf;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** The JDK's hash functions, without the exceptions that no JDK throws. */
final class Hashes {
  private Hashes() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 belongs to every JDK", e);
    }
  }

  static Mac hmac(SecretKey key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 belongs to every JDK", e);
    }
  }

  /** A key of 32 bytes for one purpose. */
  static byte[] derive(SecretKey key, byte[] salt, String purpose) {
    return Hkdf.bytes(key, salt, purpose, RepositoryKeys.KEY_BYTES);
  }
}
