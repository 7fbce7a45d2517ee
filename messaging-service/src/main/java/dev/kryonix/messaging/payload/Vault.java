package dev.kryonix.messaging.payload;

import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Seals what lies elsewhere than in the broker, such as messages that wait in the database: in the
 * same way, and with all that opening takes in one piece.
 *
 * <p>The form: version 1, the size before compression or -1, the length of the key's id and the id,
 * the nonce, the ciphertext.
 */
@Singleton
public final class Vault {
  private static final byte VERSION = 1;
  private static final int NOT_COMPRESSED = -1;
  private static final int NONCE_BYTES = 28;
  private static final int LARGEST = 64 * 1024 * 1024;

  private final PayloadCipher cipher;

  public Vault(PayloadCipher cipher) {
    this.cipher = cipher;
  }

  /** Seals the bytes, which can be opened as those of that place and id only. */
  public byte[] seal(TenantView tenant, String place, String id, byte[] plain) {
    byte[] compressed = Compressor.compress(plain, CompressionLevel.bySize(plain.length));
    int size = compressed == plain ? NOT_COMPRESSED : plain.length;
    PayloadCipher.Sealed sealed = cipher.seal(tenant, sized(place, size), id, compressed);
    byte[] key = sealed.keyId().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(
            1 + 2 * Integer.BYTES + key.length + NONCE_BYTES + sealed.bytes().length)
        .put(VERSION)
        .putInt(size)
        .putInt(key.length)
        .put(key)
        .put(sealed.nonce())
        .put(sealed.bytes())
        .array();
  }

  /** Opens what was sealed for that place and id. */
  public byte[] open(TenantView tenant, String place, String id, byte[] sealed)
      throws PayloadCorruptException {
    ByteBuffer in = ByteBuffer.wrap(sealed);
    try {
      if (in.get() != VERSION) {
        throw new PayloadCorruptException("is of another version", null);
      }
      int size = in.getInt();
      String key = new String(take(in, in.getInt()), StandardCharsets.UTF_8);
      byte[] nonce = take(in, NONCE_BYTES);
      byte[] bytes =
          cipher.open(
              tenant,
              sized(place, size),
              id,
              new PayloadCipher.Sealed(key, nonce, take(in, in.remaining())));
      return size == NOT_COMPRESSED
          ? bytes
          : Compressor.decompress(bytes, Math.clamp(size, 0, LARGEST));
    } catch (BufferUnderflowException e) {
      throw new PayloadCorruptException("is cut short", e);
    }
  }

  /** The size is bound to the content, too. */
  private static String sized(String place, int size) {
    return place + "/" + size;
  }

  private static byte[] take(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
