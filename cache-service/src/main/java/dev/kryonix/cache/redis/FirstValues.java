package dev.kryonix.cache.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first values of an answer, as many as come to so many bytes together. What comes after them
 * is let go as it comes, so an answer of any size takes no more memory than that.
 */
final class FirstValues extends CommandOutput<byte[], byte[], List<byte @Nullable []>> {
  private final int least;
  private final long mostBytes;
  private long bytes;
  private boolean full;

  /** The first values; so many of them whatever their size. */
  FirstValues(int least, long mostBytes) {
    super(ByteArrayCodec.INSTANCE, new ArrayList<>(0));
    this.least = least;
    this.mostBytes = mostBytes;
  }

  @Override
  public void multi(int count) {
    // Begun anew when the connection broke in the middle and the command was sent again.
    output = new ArrayList<>(Math.max(0, count));
    bytes = 0;
    full = false;
  }

  @Override
  public void set(@Nullable ByteBuffer value) {
    int size = value == null ? 0 : value.remaining();
    full = full || (bytes + size > mostBytes && output.size() >= least);
    if (!full) {
      bytes += size;
      output.add(value == null ? null : codec.decodeValue(value));
    }
  }
}
