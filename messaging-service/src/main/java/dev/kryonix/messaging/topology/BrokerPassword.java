package dev.kryonix.messaging.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * The broker's salted hash of a password: 4 bytes of salt, then SHA-256 of salt and password. The
 * salt is short, which is harmless for passwords of 160 random bits.
 *
 * @see <a href="https://www.rabbitmq.com/docs/passwords">RabbitMQ: password hashing</a>
 */
final class BrokerPassword {
  private static final int SALT_BYTES = 4;

  private BrokerPassword() {}

  static String hash(String password, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return Base64.getEncoder().encodeToString(hash(password, salt));
  }

  /** Whether the hash, as the broker tells it, is of that password. */
  static boolean matches(String password, String hash) {
    byte[] known;
    try {
      known = Base64.getDecoder().decode(hash);
    } catch (IllegalArgumentException e) {
      return false;
    }
    return known.length > SALT_BYTES
        && MessageDigest.isEqual(known, hash(password, Arrays.copyOf(known, SALT_BYTES)));
  }

  private static byte[] hash(String password, byte[] salt) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(salt);
      byte[] digest = sha.digest(password.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.allocate(SALT_BYTES + digest.length).put(salt).put(digest).array();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not to be had", e);
    }
  }
}
