package dev.kryonix.backup.repository;

import dev.kryonix.kit.identity.TenantUid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.crypto.SecretKey;

/**
 * The layout that packs, index segments and manifests share: a prefix in the clear, the body in
 * segments of 64 KiB, and a trailer that says how long the body is and where its head lies. Only
 * the padded length can be seen from outside; the borders of chunks, their number and their sizes
 * cannot.
 *
 * <pre>
 * prefix   "KXR1" · kind (1) · key epoch (4) · random id (16)
 * body     segments of 65,536 bytes, the last shorter, each with its tag
 * trailer  body length (8) · head offset (8) · head length (8), with a tag
 * </pre>
 *
 * @param name the object's name, which is authenticated with every segment
 */
record SealedObject(Kind kind, TenantUid tenant, String name, int epoch, ObjectId id) {
  static final int SEGMENT_BYTES = 64 << 10;
  static final int PREFIX_BYTES = 4 + 1 + 4 + ObjectId.BYTES;
  static final int TRAILER_PLAIN_BYTES = 3 * Long.BYTES;
  static final int TRAILER_BYTES = TRAILER_PLAIN_BYTES + SegmentCipher.TAG_BYTES;
  static final int MAGIC = 0x4b585231;

  /** What an object holds, with its code in the prefix. */
  enum Kind {
    PACK(1),
    INDEX(2),
    MANIFEST(3);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    byte code() {
      return code;
    }
  }

  byte[] prefix() {
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES);
    prefix.putInt(MAGIC).put(kind.code()).putInt(epoch);
    id.write(prefix);
    return prefix.array();
  }

  SegmentCipher cipher(RepositoryKeys keys) throws CorruptObjectException {
    SecretKey dataKey = keys.dataKeys().get(epoch);
    if (dataKey == null) {
      throw new CorruptObjectException(name, "was sealed in the unknown key epoch " + epoch);
    }
    byte[] key = Hashes.derive(dataKey, id.toBytes(), "kryonix repository v1 " + kind);
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    byte[] identity =
        ByteBuffer.allocate(PREFIX_BYTES + 2 * Long.BYTES + nameBytes.length)
            .put(prefix())
            .putLong(tenant.value().getMostSignificantBits())
            .putLong(tenant.value().getLeastSignificantBits())
            .put(nameBytes)
            .array();
    return new SegmentCipher(key, identity);
  }
}
