package dev.kryonix.cache.entry;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The first part of an envelope, which the scripts in Redis read too: its layout is repeated in
 * {@code ledger.lua}.
 *
 * <pre>
 * 0   format, 3
 * 1   flags: 1 zstd, 2 absent, 4 not encrypted, 8 for desktops and servers, 16 kept as stale; the
 *     upper three bits are the number of its kind
 * 2   version, 8 bytes; the condition IF_ETAG compares it inside Redis
 * 10  written at, milliseconds since 1970, 8 bytes
 * 18  stamp, 8 bytes, put there by the script that writes
 * 26  expires at, milliseconds since 1970, 8 bytes, put there by the script that writes
 * 34  number of tags, then the digest of each, 8 bytes
 * </pre>
 *
 * @param flags the flags
 * @param version identifies this version of the entry
 * @param stamp the bucket's stamp of the write
 * @param expires when the entry expires
 * @param digests the digests of its tags
 */
public record Head(int flags, long version, long stamp, Instant expires, List<byte[]> digests) {
  static final byte FORMAT = 3;
  static final int ZSTD = 1;
  static final int ABSENT = 2;
  static final int PLAIN = 4;
  static final int WEB = 8;
  static final int KEPT_STALE = 16;
  static final int KIND_SHIFT = 5;
  private static final int KIND_MASK = 7;

  static final int VERSION_AT = 2;
  static final int STAMP_AT = 18;
  static final int EXPIRES_AT = 26;
  static final int TAGS_AT = 34;
  static final int DIGEST_BYTES = 8;

  /** Reads what stored bytes claim, unchecked; empty when they are no envelope. */
  public static Optional<Head> of(byte[] stored) {
    if (stored.length <= TAGS_AT || stored[0] != FORMAT) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(stored);
    int tags = Byte.toUnsignedInt(stored[TAGS_AT]);
    if (stored.length < TAGS_AT + 1 + tags * DIGEST_BYTES) {
      return Optional.empty();
    }
    List<byte[]> digests = tags == 0 ? List.of() : new ArrayList<>(tags);
    for (int i = 0; i < tags; i++) {
      int at = TAGS_AT + 1 + i * DIGEST_BYTES;
      digests.add(Arrays.copyOfRange(stored, at, at + DIGEST_BYTES));
    }
    return Optional.of(
        new Head(
            stored[1],
            in.getLong(VERSION_AT),
            in.getLong(STAMP_AT),
            Instant.ofEpochMilli(in.getLong(EXPIRES_AT)),
            digests));
  }

  /** The kind of value that flags tell. */
  static EntryKind kind(int flags) {
    return EntryKind.of(flags >> KIND_SHIFT & KIND_MASK);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
