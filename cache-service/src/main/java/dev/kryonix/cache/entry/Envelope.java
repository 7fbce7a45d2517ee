package dev.kryonix.cache.entry;

import com.github.luben.zstd.Zstd;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * How a value stands in Redis: a header in clear, then the AES-256-GCM ciphertext of the value,
 * compressed when that made it smaller.
 *
 * <pre>
 * 0   version, 1
 * 1   flags: 1 zstd, 2 absent
 * 2   the entry's version, 8 bytes; the condition IF_ETAG compares it inside Redis
 * 10  written at, milliseconds since 1970, 8 bytes
 * 18  length of the value as given, 4 bytes
 * 22  key id: length byte, ASCII
 *     content type: length byte, UTF-8
 *     nonce, 12 bytes
 *     ciphertext and tag
 * </pre>
 *
 * The tenant's uid, the entry's address with its length, and the header are associated data: a
 * value that was moved to another key or tenant, or altered, does not open.
 */
@Singleton
public final class Envelope {
  private static final byte FORMAT = 1;
  private static final int ZSTD = 1;
  private static final int ABSENT = 2;
  private static final int VERSION_AT = 2;
  private static final int FIXED_HEADER = 22;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int ZSTD_LEVEL = 1;

  private final ValueKeys keys;
  private final SecureRandom random;
  private final int compressFromBytes;

  Envelope(ValueKeys keys, Catalog catalog) {
    this.keys = keys;
    this.random = new SecureRandom();
    this.compressFromBytes = catalog.cache().compressFromBytes();
  }

  /** Seals content for one address of a tenant. */
  public byte[] seal(TenantView tenant, EntryKey address, Content content) {
    byte[] body = content.value();
    int flags = content.absent() ? ABSENT : 0;
    if (body.length > compressFromBytes) {
      byte[] smaller = Zstd.compress(body, ZSTD_LEVEL);
      if (smaller.length < body.length) {
        body = smaller;
        flags |= ZSTD;
      }
    }
    String keyId = keys.currentKeyId(tenant);
    byte[] keyIdBytes = keyId.getBytes(StandardCharsets.US_ASCII);
    byte[] contentType = content.contentType().getBytes(StandardCharsets.UTF_8);
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    int headerLength = FIXED_HEADER + 1 + keyIdBytes.length + 1 + contentType.length + NONCE_BYTES;
    ByteBuffer out = ByteBuffer.allocate(headerLength + body.length + TAG_BITS / 8);
    out.put(FORMAT)
        .put((byte) flags)
        .putLong(content.version())
        .putLong(content.createTime().toEpochMilli())
        .putInt(content.value().length)
        .put((byte) keyIdBytes.length)
        .put(keyIdBytes)
        .put((byte) contentType.length)
        .put(contentType)
        .put(nonce);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      SecretKey key =
          keys.find(tenant, keyId, content.createTime())
              .orElseThrow(() -> new IllegalStateException("the current key has gone"));
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
      associate(cipher, tenant, address, out.array(), headerLength);
      cipher.doFinal(body, 0, body.length, out.array(), headerLength);
      return out.array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is not to be had", e);
    }
  }

  /**
   * Opens what stands at an address of a tenant; empty when it is not what was sealed for that
   * address.
   */
  public Optional<Content> open(TenantView tenant, EntryKey address, byte[] stored) {
    try {
      return read(tenant, address, stored);
    } catch (GeneralSecurityException | BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The version that stored bytes claim, unchecked; empty when they are too short for one. */
  static OptionalLong version(byte[] stored) {
    return stored.length < VERSION_AT + Long.BYTES
        ? OptionalLong.empty()
        : OptionalLong.of(ByteBuffer.wrap(stored).getLong(VERSION_AT));
  }

  private Optional<Content> read(TenantView tenant, EntryKey address, byte[] stored)
      throws GeneralSecurityException {
    ByteBuffer in = ByteBuffer.wrap(stored);
    if (in.get() != FORMAT) {
      return Optional.empty();
    }
    int flags = in.get();
    long version = in.getLong();
    Instant createTime = Instant.ofEpochMilli(in.getLong());
    int length = in.getInt();
    String keyId = text(in);
    String contentType = text(in);
    byte[] nonce = new byte[NONCE_BYTES];
    in.get(nonce);
    int headerLength = in.position();
    Optional<SecretKey> key = keys.find(tenant, keyId, createTime);
    if (key.isEmpty()) {
      return Optional.empty();
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(Cipher.DECRYPT_MODE, key.get(), new GCMParameterSpec(TAG_BITS, nonce));
    associate(cipher, tenant, address, stored, headerLength);
    byte[] body = cipher.doFinal(stored, headerLength, stored.length - headerLength);
    byte[] value = (flags & ZSTD) != 0 ? Zstd.decompress(body, length) : body;
    return Optional.of(new Content(value, contentType, (flags & ABSENT) != 0, version, createTime));
  }

  private static void associate(
      Cipher cipher, TenantView tenant, EntryKey address, byte[] header, int headerLength) {
    byte[] addressBytes = address.bytes();
    cipher.updateAAD(tenant.uid().toBytes().toByteArray());
    cipher.updateAAD(ByteBuffer.allocate(Integer.BYTES).putInt(addressBytes.length).flip());
    cipher.updateAAD(addressBytes);
    cipher.updateAAD(header, 0, headerLength);
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[Byte.toUnsignedInt(in.get())];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
