package dev.kryonix.backup.repository;

import dev.kryonix.backup.repository.SealedObject.Kind;
import dev.kryonix.backup.repository.SegmentCipher.Place;
import dev.kryonix.kit.identity.TenantUid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

/**
 * Reads one {@link SealedObject}, any range of its body; every byte handed out is authentic. Not
 * thread-safe.
 */
final class SealedReader {
  private static final int SEALED_SEGMENT_BYTES =
      SealedObject.SEGMENT_BYTES + SegmentCipher.TAG_BYTES;

  private final FileObjects objects;
  private final String name;
  private final SegmentCipher cipher;
  private final long length;
  private final long headOffset;
  private final long headLength;
  private long cachedNumber = -1;
  private byte[] cached = new byte[0];

  private SealedReader(FileObjects objects, String name, SegmentCipher cipher, long size)
      throws IOException {
    this.objects = objects;
    this.name = name;
    this.cipher = cipher;
    byte[] sealed =
        objects.read(name, size - SealedObject.TRAILER_BYTES, SealedObject.TRAILER_BYTES);
    ByteBuffer trailer = ByteBuffer.wrap(open(Place.TRAILER, 0, sealed, 0, sealed.length));
    this.length = trailer.getLong();
    this.headOffset = trailer.getLong();
    this.headLength = trailer.getLong();
    if (size != sizeOf(length)) {
      throw new CorruptObjectException(name, "has " + size + " bytes instead of " + sizeOf(length));
    }
  }

  static SealedReader open(
      FileObjects objects, Kind kind, TenantUid tenant, String name, RepositoryKeys keys)
      throws IOException {
    long size = objects.size(name);
    if (size < SealedObject.PREFIX_BYTES + SealedObject.TRAILER_BYTES) {
      throw new CorruptObjectException(name, "is too short");
    }
    ByteBuffer prefix = ByteBuffer.wrap(objects.read(name, 0, SealedObject.PREFIX_BYTES));
    if (prefix.getInt() != SealedObject.MAGIC || prefix.get() != kind.code()) {
      throw new CorruptObjectException(name, "is no " + kind);
    }
    int epoch = prefix.getInt();
    SealedObject object = new SealedObject(kind, tenant, name, epoch, ObjectId.read(prefix));
    return new SealedReader(objects, name, object.cipher(keys), size);
  }

  String name() {
    return name;
  }

  /** The part of the body that says what the rest is. */
  byte[] head() throws IOException {
    return read(headOffset, Math.toIntExact(headLength));
  }

  /** Reads every byte of the object, so that all of it has been checked. */
  void check() throws IOException {
    for (long offset = 0; offset < length; offset += SealedObject.SEGMENT_BYTES) {
      segment(offset / SealedObject.SEGMENT_BYTES);
    }
  }

  byte[] read(long offset, int count) throws IOException {
    if (offset < 0 || count < 0 || offset + count > length) {
      throw new CorruptObjectException(
          name, "holds no " + count + " bytes at " + offset + " of its " + length);
    }
    byte[] bytes = new byte[count];
    int done = 0;
    while (done < count) {
      long position = offset + done;
      byte[] segment = segment(position / SealedObject.SEGMENT_BYTES);
      int within = (int) (position % SealedObject.SEGMENT_BYTES);
      int part = Math.min(count - done, segment.length - within);
      System.arraycopy(segment, within, bytes, done, part);
      done += part;
    }
    return bytes;
  }

  private byte[] segment(long number) throws IOException {
    if (number == cachedNumber) {
      return cached;
    }
    long start = number * SealedObject.SEGMENT_BYTES;
    int plain = (int) Math.min(SealedObject.SEGMENT_BYTES, length - start);
    byte[] sealed =
        objects.read(
            name,
            SealedObject.PREFIX_BYTES + number * SEALED_SEGMENT_BYTES,
            plain + SegmentCipher.TAG_BYTES);
    cached = open(Place.BODY, number, sealed, 0, sealed.length);
    cachedNumber = number;
    return cached;
  }

  private byte[] open(Place place, long number, byte[] sealed, int offset, int count)
      throws CorruptObjectException {
    try {
      return cipher.open(place, number, sealed, offset, count);
    } catch (GeneralSecurityException e) {
      throw new CorruptObjectException(name, place + " " + number + " is not authentic", e);
    }
  }

  private static long sizeOf(long length) {
    long segments = (length + SealedObject.SEGMENT_BYTES - 1) / SealedObject.SEGMENT_BYTES;
    return SealedObject.PREFIX_BYTES
        + length
        + segments * SegmentCipher.TAG_BYTES
        + SealedObject.TRAILER_BYTES;
  }
}
