package dev.kryonix.kit.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/** HKDF with SHA-256 (RFC 5869): keys for one purpose each out of a key for many. */
public final class Hkdf {
  private Hkdf() {}

  /**
   * A 256-bit AES key.
   *
   * @param key the key to derive from
   * @param salt separates owners, such as tenants; may be empty
   * @param info names the purpose, with its version
   */
  public static SecretKey aesKey(SecretKey key, byte[] salt, String info) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "AES",
              HKDFParameterSpec.ofExtract()
                  .addIKM(key)
                  .addSalt(salt)
                  .thenExpand(info.getBytes(StandardCharsets.UTF_8), MasterKey.BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HKDF-SHA256 is not to be had", e);
    }
  }

  /** Bytes for another use than AES, such as an HMAC key. */
  public static byte[] bytes(SecretKey key, byte[] salt, String info, int length) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract()
                  .addIKM(key)
                  .addSalt(salt)
                  .thenExpand(info.getBytes(StandardCharsets.UTF_8), length));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HKDF-SHA256 is not to be had", e);
    }
  }
}
