package dev.kryonix.messaging.payload;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts payloads with AES-256-GCM under the tenant's key.
 *
 * <p>A data key belongs to one process and one of the tenant's keys: it is derived from that key
 * and 16 random bytes, the epoch. Within an epoch the nonce counts, so no nonce is used twice and
 * none must be remembered across a restart. The stored nonce is the epoch and the counter, which
 * lets every process derive the same data key again.
 *
 * <p>The associated data are the tenant's uid, the queue and the message id: a payload cannot be
 * moved to another message unnoticed.
 */
@Singleton
public final class PayloadCipher {
  private static final String INFO = "kryonix/messaging-payload/v1";
  private static final String TRANSFORMATION = "AES/GCM/NoPadding";
  private static final int EPOCH_BYTES = 16;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int MOST = 20_000;
  private static final Duration KEPT = Duration.ofMinutes(10);

  private final TenantKeys keys;
  private final SecureRandom random = new SecureRandom();

  /** Ciphers between their uses: to look one up takes longer than to encrypt a small message. */
  private final Queue<Cipher> resting =
      new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

  private final Cache<Id, Epoch> writing =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(KEPT).build();
  private final Cache<EpochId, SecretKey> reading =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(KEPT).build();

  public PayloadCipher(TenantKeys keys) {
    this.keys = keys;
  }

  private record Id(TenantUid tenant, String key) {}

  private record EpochId(TenantUid tenant, String key, ByteBuffer epoch) {}

  /** A data key and how many nonces of it have been used. */
  private record Epoch(byte[] salt, SecretKey dataKey, AtomicLong used) {}

  /**
   * An encrypted payload.
   *
   * @param keyId the tenant's key that it is encrypted under
   * @param nonce the epoch and the counter
   * @param bytes the ciphertext with its tag
   */
  public record Sealed(String keyId, byte[] nonce, byte[] bytes) {}

  /** Encrypts a payload as that message of the tenant. */
  public Sealed seal(TenantView tenant, String queue, String messageId, byte[] plain) {
    String keyId = keys.currentId(tenant);
    Epoch epoch = writing.get(new Id(tenant.uid(), keyId), unused -> begin(tenant, keyId));
    byte[] stored =
        ByteBuffer.allocate(EPOCH_BYTES + NONCE_BYTES)
            .put(epoch.salt)
            .putInt(0)
            .putLong(epoch.used.incrementAndGet())
            .array();
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, epoch.dataKey, stored);
      cipher.updateAAD(associatedData(tenant.uid(), queue, messageId));
      return new Sealed(keyId, stored, finish(cipher, plain));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is not to be had", e);
    }
  }

  /** Decrypts the payload of that message of the tenant. */
  public byte[] open(TenantView tenant, String queue, String messageId, Sealed sealed)
      throws PayloadCorruptException {
    if (sealed.nonce.length != EPOCH_BYTES + NONCE_BYTES) {
      throw new PayloadCorruptException("has no nonce", null);
    }
    SecretKey dataKey = dataKey(tenant, sealed);
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, dataKey, sealed.nonce);
      cipher.updateAAD(associatedData(tenant.uid(), queue, messageId));
      return finish(cipher, sealed.bytes);
    } catch (GeneralSecurityException e) {
      throw new PayloadCorruptException("fails its authentication", e);
    }
  }

  private Epoch begin(TenantView tenant, String keyId) {
    byte[] salt = new byte[EPOCH_BYTES];
    random.nextBytes(salt);
    SecretKey dataKey = keys.derive(tenant, keyId, salt, INFO).orElseThrow();
    return new Epoch(salt, dataKey, new AtomicLong());
  }

  private SecretKey dataKey(TenantView tenant, Sealed sealed) throws PayloadCorruptException {
    byte[] salt = Arrays.copyOf(sealed.nonce, EPOCH_BYTES);
    EpochId id = new EpochId(tenant.uid(), sealed.keyId, ByteBuffer.wrap(salt));
    SecretKey known = reading.getIfPresent(id);
    if (known != null) {
      return known;
    }
    SecretKey derived =
        keys.derive(tenant, sealed.keyId, salt, INFO)
            .orElseThrow(() -> new PayloadCorruptException("its key is gone", null));
    reading.put(id, derived);
    return derived;
  }

  private Cipher cipher(int mode, SecretKey key, byte[] stored) throws GeneralSecurityException {
    Cipher rested = resting.poll();
    Cipher cipher = rested == null ? Cipher.getInstance(TRANSFORMATION) : rested;
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, stored, EPOCH_BYTES, NONCE_BYTES));
    return cipher;
  }

  private byte[] finish(Cipher cipher, byte[] input) throws GeneralSecurityException {
    byte[] output = cipher.doFinal(input);
    boolean unused = resting.offer(cipher);
    return output;
  }

  /** Each text with its length before it, so that no two triples read alike. */
  private static byte[] associatedData(TenantUid uid, String queue, String messageId) {
    byte[] queueBytes = queue.getBytes(StandardCharsets.UTF_8);
    byte[] idBytes = messageId.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(EPOCH_BYTES + 2 * Integer.BYTES + queueBytes.length + idBytes.length)
        .put(uid.toBytes().asReadOnlyByteBuffer())
        .putInt(queueBytes.length)
        .put(queueBytes)
        .putInt(idBytes.length)
        .put(idBytes)
        .array();
  }
}
