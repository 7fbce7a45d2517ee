package dev.kryonix.gateway.upstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/**
 * One gRPC message as bytes that nobody here parses.
 *
 * @param bytes the message as it came, still compressed when it was
 * @param compressed whether it is compressed, with the encoding that the stream's headers name
 */
@SuppressWarnings("ArrayRecordComponent") // Carried from hand to hand, never compared.
public record Frame(byte[] bytes, boolean compressed) {

  /** The most that a compressed message may grow to. */
  private static final int MAX_PLAIN_BYTES = 16 * 1024 * 1024;

  /** The message for a caller that takes none compressed. */
  public Frame unpacked() {
    return compressed ? new Frame(plain(MAX_PLAIN_BYTES), false) : this;
  }

  /**
   * The message without its compression; only gzip is ever asked of a service. Refuses what grows
   * over the limit.
   */
  public byte[] plain(int limitBytes) {
    if (!compressed) {
      return bytes;
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] plain = in.readNBytes(limitBytes + 1);
      if (plain.length > limitBytes) {
        throw dev.kryonix.kit.errors.CommonErrors.messageTooLarge(limitBytes);
      }
      return plain;
    } catch (IOException e) {
      throw new UncheckedIOException("a message that is not gzip", e);
    }
  }
}
