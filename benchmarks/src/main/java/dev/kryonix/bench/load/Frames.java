package dev.kryonix.bench.load;

import com.google.protobuf.MessageLite;
import java.nio.ByteBuffer;

/** Messages as gRPC puts them on the wire. */
public final class Frames {
  /** The flag and the length that stand before every message. */
  public static final int HEADER_BYTES = 5;

  private Frames() {}

  public static byte[] of(MessageLite message) {
    byte[] bytes = message.toByteArray();
    return ByteBuffer.allocate(HEADER_BYTES + bytes.length)
        .put((byte) 0)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }
}
