package dev.kryonix.bench.messaging;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The content of a message: when it was made, and text that compresses as records do. */
final class Payload {
  static final int BYTES = 1024;

  private static final byte[] TEMPLATE = template();

  private Payload() {}

  /** A payload that says when it was due. */
  static ByteString due(long nanos) {
    byte[] bytes = TEMPLATE.clone();
    ByteBuffer.wrap(bytes).putLong(nanos);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  /** When a payload was due. */
  static long due(ByteString payload) {
    return payload.asReadOnlyByteBuffer().getLong();
  }

  private static byte[] template() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < BYTES; i++) {
      text.append(
          "{\"id\":\"%08x\",\"name\":\"paciente %d\",\"at\":\"2026-11-%02dT%02d:%02d\"},"
              .formatted(i * 0x9E3779B1, i * 7919 % 1000, i % 28 + 1, i * 5 % 24, i * 13 % 60));
    }
    return text.substring(0, BYTES).getBytes(StandardCharsets.US_ASCII);
  }
}
