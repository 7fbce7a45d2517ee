package dev.kryonix.cache.sync;

import dev.kryonix.kit.errors.CommonErrors;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;

/**
 * Where a device is in a collection.
 *
 * @param epoch the collection that it was in
 * @param sequence the last change that it has
 * @param base the horizon when it began: what was dropped up to there it never had
 */
record Checkpoint(long epoch, long sequence, long base) {
  private static final int BYTES = 3 * Long.BYTES;

  /** Reads a checkpoint; empty when the device has none. */
  static Optional<Checkpoint> parse(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length == BYTES) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return Optional.of(new Checkpoint(in.getLong(), in.getLong(), in.getLong()));
      }
    } catch (IllegalArgumentException e) {
      throw CommonErrors.invalidField("checkpoint", "not a checkpoint; take it as it was answered");
    }
    throw CommonErrors.invalidField("checkpoint", "not a checkpoint; take it as it was answered");
  }

  String text() {
    byte[] bytes =
        ByteBuffer.allocate(BYTES).putLong(epoch).putLong(sequence).putLong(base).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
