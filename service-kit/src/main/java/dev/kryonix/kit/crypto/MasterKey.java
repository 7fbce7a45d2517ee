package dev.kryonix.kit.crypto;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The platform key: 32 random bytes in a file, from which every other key of ours is derived or
 * under which it is sealed.
 */
public final class MasterKey {
  static final int BYTES = 32;

  private final SecretKey key;

  private MasterKey(byte[] bytes) {
    this.key = new SecretKeySpec(bytes, "HKDF");
  }

  /** The key of those bytes. */
  public static MasterKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a master key has 32 bytes, not " + bytes.length);
    }
    return new MasterKey(bytes);
  }

  /** Reads the file of exactly 32 bytes. */
  public static MasterKey read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new KeyFileException("cannot read the platform key " + file, e);
    }
    if (bytes.length != BYTES) {
      throw new KeyFileException(
          "the platform key %s has %d bytes instead of 32".formatted(file, bytes.length));
    }
    MasterKey key = new MasterKey(bytes);
    Arrays.fill(bytes, (byte) 0);
    return key;
  }

  /** A 256-bit AES key for the owner and the purpose. */
  public SecretKey derive(byte[] owner, String purpose) {
    return Hkdf.aesKey(key, owner, purpose);
  }

  @Override
  public String toString() {
    return "***";
  }
}
