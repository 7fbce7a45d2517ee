package dev.kryonix.bench.cache;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What is written and read: the same keys and values by all subjects. */
final class Values {
  static final int SMALL = 100;
  static final int MEDIUM = 1024;
  static final int LARGE = 10 * 1024;
  static final List<Integer> SIZES = List.of(SMALL, MEDIUM, LARGE);

  /** As many as a busy page of a tenant works on. */
  static final int KEYS = 5000;

  /** Long enough for any run. */
  static final long TTL_SECONDS = 3600;

  private static final Map<Integer, byte[]> TEXTS =
      SIZES.stream().collect(Collectors.toMap(size -> size, Values::text));

  private Values() {}

  /** The value of a size. */
  static byte[] of(int size) {
    return TEXTS.getOrDefault(size, new byte[size]);
  }

  /** A key of a size's working set. */
  static String key(int size, int number) {
    return "patient:%d:%06d".formatted(size, number);
  }

  /** Any key of a size's working set. */
  static String anyKey(int size) {
    return key(size, RandomGenerator.getDefault().nextInt(KEYS));
  }

  /** So many keys of a size's working set. */
  static List<String> anyKeys(int size, int count) {
    return IntStream.range(0, count).mapToObj(i -> anyKey(size)).toList();
  }

  static String name(int size) {
    return size < 1024 ? size + " B" : size / 1024 + " KiB";
  }

  /** JSON as products cache it: names come again and again, the rest is by chance. */
  private static byte[] text(int size) {
    Random random = new Random(size);
    StringBuilder json = new StringBuilder("[");
    while (json.length() < size) {
      json.append(
          "{\"patient\":\"%016x\",\"room\":%d},".formatted(random.nextLong(), random.nextInt(99)));
    }
    return json.substring(0, size).getBytes(StandardCharsets.US_ASCII);
  }
}
