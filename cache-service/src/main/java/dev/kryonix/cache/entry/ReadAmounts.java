package dev.kryonix.cache.entry;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many entries of a bucket are asked for in one command. What they come to is known only when
 * they have come: so of a bucket whose last answer was larger than is taken at once fewer are asked
 * for, and twice as many each time that those were small, until they are as many as of others.
 */
final class ReadAmounts {
  /** The most entries in one command. */
  static final int MOST = 128;

  /** What is taken of one answer: a few values of the largest size. */
  static final long MOST_BYTES = 4 << 20;

  private final Map<Bucket, Integer> fewer = new ConcurrentHashMap<>();

  /** How many may be asked for now. */
  int of(Bucket bucket) {
    return fewer.isEmpty() ? MOST : fewer.getOrDefault(bucket, MOST);
  }

  /** So many were asked for, and these taken of the answer, after the bucket's marks. */
  void came(Bucket bucket, int asked, List<byte @Nullable []> taken) {
    if (taken.size() - 1 < asked) {
      fewer.put(bucket, taken.size() - 1);
    } else if (!fewer.isEmpty() && bytes(taken) <= MOST_BYTES / 4) {
      fewer.computeIfPresent(
          bucket,
          (same, most) -> asked < most ? most : most * 2 < MOST ? Integer.valueOf(most * 2) : null);
    }
  }

  private static long bytes(List<byte @Nullable []> values) {
    long bytes = 0;
    for (byte[] value : values) {
      bytes += value == null ? 0 : value.length;
    }
    return bytes;
  }
}
