package dev.kryonix.gateway.upstream;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Takes messages as they are. gRPC hands over an uncompressed message as a stream of known length,
 * and a compressed one as what its decompressor made of it, whose length it cannot know; {@link
 * Untouched} makes nothing of it, so that is how the two are told apart.
 */
final class FrameMarshaller implements Marshaller<Frame> {
  static final FrameMarshaller INSTANCE = new FrameMarshaller();

  private FrameMarshaller() {}

  @Override
  public Frame parse(InputStream in) {
    try {
      return in instanceof KnownLength
          ? new Frame(exactly(in, in.available()), false)
          : new Frame(in.readAllBytes(), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Into an array of the right size at once: readAllBytes would go through a buffer of its own. */
  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = new byte[length];
    if (in.readNBytes(bytes, 0, length) != length) {
      throw new EOFException("a message shorter than its length");
    }
    return bytes;
  }

  @Override
  public InputStream stream(Frame frame) {
    return new FrameStream(frame.bytes());
  }

  /** Writes itself in one go. */
  private static final class FrameStream extends ByteArrayInputStream
      implements Drainable, KnownLength {
    FrameStream(byte[] bytes) {
      super(bytes);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int length = available();
      target.write(buf, pos, length);
      pos += length;
      return length;
    }
  }
}
