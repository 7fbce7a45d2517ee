package dev.kryonix.tenant.access;

import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.identity.TenantUid;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * Makes and checks secret keys. A secret has 256 random bits, so nothing is gained by a slow hash:
 * an HMAC under a key derived from the platform key is as hard to reverse, costs microseconds, and
 * makes a stolen table useless by itself.
 */
@Singleton
final class ApiKeyMint {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int ID_LENGTH = 12;
  private static final int SECRET_BYTES = 32;

  private final SecretKey hashing;
  private final SecretKey repeating;
  private final SecureRandom random = new SecureRandom();

  ApiKeyMint(MasterKey master) {
    this.hashing = master.derive(new byte[0], "kryonix/tenant/api-key-hash/v1");
    this.repeating = master.derive(new byte[0], "kryonix/tenant/api-key-repeat/v1");
  }

  /** A new id. */
  String newId() {
    StringBuilder id = new StringBuilder(ID_LENGTH);
    random.ints(ID_LENGTH, 0, LETTERS.length()).forEach(i -> id.append(LETTERS.charAt(i)));
    return id.toString();
  }

  /**
   * The secret of a new key. Where the call can be repeated, the secret is computed from the
   * platform key, the random id and the request's id: so the repetition gets the same one, though
   * it is stored nowhere.
   */
  ApiKeySecret secret(TenantUid uid, String id, String requestId) {
    byte[] bytes = new byte[SECRET_BYTES];
    if (requestId.isEmpty()) {
      random.nextBytes(bytes);
    } else {
      bytes = mac(repeating, uid + "/" + id + "/" + requestId);
    }
    return new ApiKeySecret(id, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** What is stored of a secret key. */
  byte[] hash(String secretKey) {
    return mac(hashing, secretKey);
  }

  /** Whether the secret key has that hash; takes equally long for every wrong one. */
  boolean matches(String secretKey, byte[] hash) {
    return MessageDigest.isEqual(hash(secretKey), hash);
  }

  private static byte[] mac(SecretKey key, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " is not to be had", e);
    }
  }
}
