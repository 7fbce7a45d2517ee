package dev.kryonix.cache.entry;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * How a value stands in Redis: a head in clear that scripts read too ({@link Head}), the rest of
 * the header in clear, then the value, compressed when that made it smaller, and encrypted with
 * AES-256-GCM for tenants whose compliance regimes ask for it.
 *
 * <pre>
 *     key id: length byte, ASCII; empty when not encrypted
 *     content type: length byte, UTF-8
 *     how long it took to load, milliseconds: seven bits a byte, the lowest first, the eighth when
 *         more follow
 *     compressed: length of the value as given, 4 bytes
 *     tags: each length byte, UTF-8
 *     encrypted: nonce, 12 bytes; ciphertext and tag
 *     otherwise: the first 4 bytes of the tenant's uid; CRC-32C, 4 bytes; the value
 * </pre>
 *
 * The tenant's uid, the entry's address with its length, and the header are associated data, but
 * for stamp and expiry, which are put there by Redis: a value that was moved to another key or
 * tenant, or altered, does not open. What is not encrypted is not proof against who can write to
 * Redis, and against all else the same.
 */
@Singleton
public final class Envelope {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** As much of the uid as tells tenants apart; the checksum is over all of it. */
  private static final int UID_BYTES = 4;

  private static final int ZSTD_FOR_PHONES = 3;
  private static final int ZSTD_FOR_DESKTOPS = 1;

  private final ValueKeys keys;
  private final Encryption encryption;
  private final SecureRandom random;
  private final int compressFromBytes;

  /** Ciphers between their uses: to look one up takes longer than to open a small value. */
  private final Queue<Cipher> resting =
      new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

  Envelope(ValueKeys keys, Encryption encryption, Catalog catalog) {
    this.keys = keys;
    this.encryption = encryption;
    this.random = new SecureRandom();
    this.compressFromBytes = catalog.cache().compressFromBytes();
  }

  /** Seals content for one address of a tenant. */
  public byte[] seal(TenantView tenant, EntryKey address, Content content) {
    return seal(tenant, address, content, false);
  }

  /** Seals content that is kept as stale after it has expired. */
  byte[] seal(TenantView tenant, EntryKey address, Content content, boolean keptStale) {
    return seal(tenant, address, content, keptStale, false);
  }

  /** Seals content, encrypted in any case when it is secret. */
  public byte[] seal(
      TenantView tenant, EntryKey address, Content content, boolean keptStale, boolean secret) {
    ByteString body = content.bytes();
    boolean web = content.serves() == DeviceClass.WEB;
    int flags = (content.absent() ? Head.ABSENT : 0) | (web ? Head.WEB : 0);
    flags |= keptStale ? Head.KEPT_STALE : 0;
    flags |= content.kind().number() << Head.KIND_SHIFT;
    if (body.size() > compressFromBytes) {
      byte[] smaller = Zstd.compress(content.value(), web ? ZSTD_FOR_DESKTOPS : ZSTD_FOR_PHONES);
      if (smaller.length < body.size()) {
        body = UnsafeByteOperations.unsafeWrap(smaller);
        flags |= Head.ZSTD;
      }
    }
    boolean encrypted = secret || encryption.applies(tenant);
    flags |= encrypted ? 0 : Head.PLAIN;
    byte[] keyId =
        encrypted ? keys.currentKeyId(tenant).getBytes(StandardCharsets.US_ASCII) : new byte[0];
    byte[] header = header(content, flags, keyId);
    return encrypted
        ? encrypt(tenant, address, content.createTime(), header, body)
        : check(tenant, address, header, body);
  }

  /**
   * Opens what stands at an address of a tenant; empty when it is not what was sealed for that
   * address.
   */
  public Optional<Content> open(TenantView tenant, EntryKey address, byte[] stored) {
    try {
      return read(tenant, address, stored);
    } catch (GeneralSecurityException
        | BufferUnderflowException
        | IndexOutOfBoundsException
        | ZstdException
        | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** How many bytes there are to be opened, as they stand or as they will be. */
  int openedBytes(Found found) {
    return switch (found) {
      case Found.Live(byte[] stored, Head head) ->
          head.has(Head.ZSTD) ? Math.max(stored.length, valueLength(stored)) : stored.length;
      case Found.Nothing() -> 0;
      case Found.Expired(byte[] bytes, Head head) -> 0;
      case Found.Invalidated(byte[] bytes, Head head) -> 0;
    };
  }

  /** The length of a compressed value, as its envelope has it; the largest when it has none. */
  private static int valueLength(byte[] stored) {
    try {
      ByteBuffer in = ByteBuffer.wrap(stored);
      in.position(Head.TAGS_AT + 1 + Byte.toUnsignedInt(in.get(Head.TAGS_AT)) * Head.DIGEST_BYTES);
      skipText(in);
      skipText(in);
      Varints.get(in);
      return in.getInt();
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      return Integer.MAX_VALUE;
    }
  }

  private static byte[] header(Content content, int flags, byte[] keyId) {
    byte[] contentType = content.contentType().getBytes(StandardCharsets.UTF_8);
    List<byte[]> tags =
        content.tags().stream().map(tag -> tag.getBytes(StandardCharsets.UTF_8)).toList();
    int length = Head.TAGS_AT + 1 + tags.size() * Head.DIGEST_BYTES;
    int loadTime = (int) Math.min(Integer.MAX_VALUE, content.loadTime().toMillis());
    boolean compressed = (flags & Head.ZSTD) != 0;
    length += 1 + keyId.length + 1 + contentType.length + Varints.length(loadTime);
    length += compressed ? Integer.BYTES : 0;
    length += tags.stream().mapToInt(tag -> 1 + tag.length).sum();
    byte[] header = new byte[length];
    ByteBuffer out = ByteBuffer.wrap(header);
    out.put(Head.FORMAT)
        .put((byte) flags)
        .putLong(content.version())
        .putLong(content.createTime().toEpochMilli())
        .position(Head.TAGS_AT)
        .put((byte) tags.size());
    content.tags().forEach(tag -> out.put(Tags.digest(tag)));
    out.put((byte) keyId.length).put(keyId).put((byte) contentType.length).put(contentType);
    Varints.put(out, loadTime);
    if (compressed) {
      out.putInt(content.size());
    }
    tags.forEach(tag -> out.put((byte) tag.length).put(tag));
    return header;
  }

  private byte[] encrypt(
      TenantView tenant, EntryKey address, Instant writtenAt, byte[] header, ByteString body) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    int headerLength = header.length + NONCE_BYTES;
    byte[] out = Arrays.copyOf(header, headerLength + body.size() + TAG_BITS / 8);
    System.arraycopy(nonce, 0, out, header.length, NONCE_BYTES);
    body.copyTo(out, headerLength);
    try {
      SecretKey key =
          keys.find(tenant, keys.currentKeyId(tenant), writtenAt)
              .orElseThrow(() -> new IllegalStateException("the current key has gone"));
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, out, header.length);
      cipher.updateAAD(associated(tenant, address, out, headerLength));
      cipher.doFinal(out, headerLength, body.size(), out, headerLength);
      boolean unused = resting.offer(cipher);
      return out;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is not to be had", e);
    }
  }

  private static byte[] check(TenantView tenant, EntryKey address, byte[] header, ByteString body) {
    int bodyAt = header.length + UID_BYTES + Integer.BYTES;
    byte[] sealed = Arrays.copyOf(header, bodyAt + body.size());
    body.copyTo(sealed, bodyAt);
    ByteBuffer.wrap(sealed)
        .putInt(header.length, uid(tenant))
        .putInt(header.length + UID_BYTES, sum(tenant, address, sealed, header.length));
    return sealed;
  }

  private Optional<Content> read(TenantView tenant, EntryKey address, byte[] stored)
      throws GeneralSecurityException {
    ByteBuffer in = ByteBuffer.wrap(stored);
    if (in.get() != Head.FORMAT) {
      return Optional.empty();
    }
    int flags = in.get();
    long version = in.getLong();
    Instant createTime = Instant.ofEpochMilli(in.getLong());
    int tagCount = Byte.toUnsignedInt(in.get(Head.TAGS_AT));
    in.position(Head.TAGS_AT + 1 + tagCount * Head.DIGEST_BYTES);
    String keyId = text(in);
    String contentType = text(in);
    Duration loadTime = Duration.ofMillis(Varints.get(in));
    boolean compressed = (flags & Head.ZSTD) != 0;
    int length = compressed ? in.getInt() : 0;
    List<String> tags = new ArrayList<>(tagCount);
    for (int i = 0; i < tagCount; i++) {
      tags.add(text(in));
    }
    boolean plain = (flags & Head.PLAIN) != 0;
    Optional<ByteString> body =
        plain
            ? checked(tenant, address, stored, in.position())
            : decrypted(
                tenant, address, keys.find(tenant, keyId, createTime), stored, in.position());
    if (body.isEmpty() || length < 0 || length > Content.MAX_KEPT_BYTES) {
      return Optional.empty();
    }
    ByteString value =
        compressed
            ? UnsafeByteOperations.unsafeWrap(Zstd.decompress(body.get().toByteArray(), length))
            : body.get();
    return Optional.of(
        new Content(
            value,
            contentType,
            (flags & Head.ABSENT) != 0,
            version,
            createTime,
            tags,
            (flags & Head.WEB) != 0 ? DeviceClass.WEB : DeviceClass.MOBILE,
            loadTime,
            Head.kind(flags)));
  }

  private Optional<ByteString> decrypted(
      TenantView tenant, EntryKey address, Optional<SecretKey> key, byte[] stored, int nonceAt)
      throws GeneralSecurityException {
    int headerLength = nonceAt + NONCE_BYTES;
    if (key.isEmpty() || stored.length < headerLength) {
      return Optional.empty();
    }
    Cipher cipher = cipher(Cipher.DECRYPT_MODE, key.get(), stored, nonceAt);
    cipher.updateAAD(associated(tenant, address, stored, headerLength));
    byte[] body = cipher.doFinal(stored, headerLength, stored.length - headerLength);
    boolean unused = resting.offer(cipher);
    return Optional.of(UnsafeByteOperations.unsafeWrap(body));
  }

  /** A cipher for the nonce that stands there. One that fails does not come back. */
  private Cipher cipher(int mode, SecretKey key, byte[] stored, int nonceAt)
      throws GeneralSecurityException {
    Cipher rested = resting.poll();
    Cipher cipher = rested == null ? Cipher.getInstance("AES/GCM/NoPadding") : rested;
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, stored, nonceAt, NONCE_BYTES));
    return cipher;
  }

  private static Optional<ByteString> checked(
      TenantView tenant, EntryKey address, byte[] stored, int headerLength) {
    int bodyAt = headerLength + UID_BYTES + Integer.BYTES;
    if (stored.length < bodyAt) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(stored);
    boolean whole =
        in.getInt(headerLength) == uid(tenant)
            && in.getInt(headerLength + UID_BYTES) == sum(tenant, address, stored, headerLength);
    return whole
        ? Optional.of(UnsafeByteOperations.unsafeWrap(stored, bodyAt, stored.length - bodyAt))
        : Optional.empty();
  }

  /** The first bytes of the tenant's uid. */
  private static int uid(TenantView tenant) {
    return (int) (tenant.uid().value().getMostSignificantBits() >>> Integer.SIZE);
  }

  private static int sum(TenantView tenant, EntryKey address, byte[] bytes, int headerLength) {
    CRC32C sum = new CRC32C();
    sum.update(associated(tenant, address, bytes, headerLength));
    int bodyAt = headerLength + UID_BYTES + Integer.BYTES;
    sum.update(bytes, bodyAt, bytes.length - bodyAt);
    return (int) sum.getValue();
  }

  /** The associated data as one array: to take many small pieces costs more than to join them. */
  private static byte[] associated(
      TenantView tenant, EntryKey address, byte[] header, int headerLength) {
    UUID uid = tenant.uid().value();
    byte[] addressBytes = address.bytes();
    int afterExpiry = headerLength - Head.TAGS_AT;
    return ByteBuffer.allocate(
            2 * Long.BYTES + Integer.BYTES + addressBytes.length + Head.STAMP_AT + afterExpiry)
        .putLong(uid.getMostSignificantBits())
        .putLong(uid.getLeastSignificantBits())
        .putInt(addressBytes.length)
        .put(addressBytes)
        .put(header, 0, Head.STAMP_AT)
        .put(header, Head.TAGS_AT, afterExpiry)
        .array();
  }

  private static void skipText(ByteBuffer in) {
    int length = Byte.toUnsignedInt(in.get());
    in.position(in.position() + length);
  }

  private static String text(ByteBuffer in) {
    int length = Byte.toUnsignedInt(in.get());
    int at = in.position();
    in.position(at + length);
    return new String(in.array(), in.arrayOffset() + at, length, StandardCharsets.UTF_8);
  }
}
