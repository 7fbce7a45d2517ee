package dev.kryonix.kit.identity;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * A tenant's identity for ever: a later tenant with the same id has another uid. On the wire it is
 * 16 bytes.
 */
public record TenantUid(UUID value) {
  private static final int BYTES = 16;

  public static TenantUid parse(String text) {
    return new TenantUid(UUID.fromString(text));
  }

  /** Reads the 16 bytes of the wire form. */
  public static TenantUid fromBytes(ByteString bytes) {
    if (bytes.size() != BYTES) {
      throw new IllegalArgumentException("a tenant uid has 16 bytes, not " + bytes.size());
    }
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    return new TenantUid(new UUID(buffer.getLong(), buffer.getLong()));
  }

  /** The 16 bytes of the wire form, most significant first. */
  public ByteString toBytes() {
    ByteBuffer buffer =
        ByteBuffer.allocate(BYTES)
            .putLong(value.getMostSignificantBits())
            .putLong(value.getLeastSignificantBits())
            .flip();
    return ByteString.copyFrom(buffer);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
