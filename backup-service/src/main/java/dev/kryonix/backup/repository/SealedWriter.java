package dev.kryonix.backup.repository;

import dev.kryonix.backup.repository.SegmentCipher.Place;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes one {@link SealedObject}. */
final class SealedWriter {
  private final OutputStream out;
  private final SegmentCipher cipher;
  private final byte[] segment = new byte[SealedObject.SEGMENT_BYTES];
  private int filled;
  private long segments;
  private long length;

  SealedWriter(OutputStream out, SealedObject object, RepositoryKeys keys) throws IOException {
    this.out = out;
    this.cipher = object.cipher(keys);
    out.write(object.prefix());
  }

  /** The bytes of the body so far. */
  long length() {
    return length;
  }

  void write(byte[] bytes) throws IOException {
    int taken = 0;
    while (taken < bytes.length) {
      int part = Math.min(bytes.length - taken, segment.length - filled);
      System.arraycopy(bytes, taken, segment, filled, part);
      filled += part;
      taken += part;
      if (filled == segment.length) {
        seal();
      }
    }
    length += bytes.length;
  }

  /**
   * Pads the body with zeros so that its length is one of few (Padmé, Nikitin et al., PETS 2019).
   */
  void pad() throws IOException {
    long missing = padme(length) - length;
    byte[] zeros = new byte[(int) Math.min(missing, SealedObject.SEGMENT_BYTES)];
    while (missing > 0) {
      byte[] part = missing >= zeros.length ? zeros : new byte[(int) missing];
      write(part);
      missing -= part.length;
    }
  }

  /** Ends the object, saying where in the body its head lies. */
  void finish(long headOffset, long headLength) throws IOException {
    if (filled > 0) {
      seal();
    }
    byte[] trailer =
        ByteBuffer.allocate(SealedObject.TRAILER_PLAIN_BYTES)
            .putLong(length)
            .putLong(headOffset)
            .putLong(headLength)
            .array();
    out.write(cipher.seal(Place.TRAILER, 0, trailer, trailer.length));
  }

  private void seal() throws IOException {
    out.write(cipher.seal(Place.BODY, segments, segment, filled));
    segments++;
    filled = 0;
  }

  /** The next length whose floating-point mantissa has no more bits than its exponent. */
  static long padme(long length) {
    if (length < 2) {
      return length;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(length);
    int mantissaBits = Integer.SIZE - Integer.numberOfLeadingZeros(exponent);
    long mask = (1L << Math.max(0, exponent - mantissaBits)) - 1;
    return (length + mask) & ~mask;
  }
}
