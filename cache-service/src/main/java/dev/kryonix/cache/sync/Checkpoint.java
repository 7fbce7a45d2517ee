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
 * @param run the run of Redis that the collection was last changed in
 */
record Checkpoint(long epoch, long sequence, long base, long run) {
  private static final int BYTES = 4 * Long.BYTES;

  /** Of a checkpoint from before runs were told apart. */
  private static final int OLD_BYTES = 3 * Long.BYTES;

  /** Reads a checkpoint; empty when the device has none. */
  static Optional<Checkpoint> parse(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length == BYTES || bytes.length == OLD_BYTES) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long epoch = in.getLong();
        long sequence = in.getLong();
        long base = in.getLong();
        long run = in.hasRemaining() ? in.getLong() : Runs.NONE;
        return Optional.of(new Checkpoint(epoch, sequence, base, run));
      }
    } catch (IllegalArgumentException e) {
      throw CommonErrors.invalidField("checkpoint", "not a checkpoint; take it as it was answered");
    }
    throw CommonErrors.invalidField("checkpoint", "not a checkpoint; take it as it was answered");
  }

  String text() {
    byte[] bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(epoch)
            .putLong(sequence)
            .putLong(base)
            .putLong(run)
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
