package dev.kryonix.messaging.payload;

/** How hard a payload is compressed, as a zstd level. */
public enum CompressionLevel {
  NONE(0),
  LOW(1),
  STANDARD(3),
  HIGH(6),
  MAXIMUM(12);

  private static final int STANDARD_ABOVE = 1024;
  private static final int HIGH_ABOVE = 10 * 1024;
  private static final int MAXIMUM_ABOVE = 100 * 1024;

  private final int zstd;

  CompressionLevel(int zstd) {
    this.zstd = zstd;
  }

  /** The level for a payload of that size when nobody asks for another. */
  public static CompressionLevel bySize(int bytes) {
    if (bytes <= STANDARD_ABOVE) {
      return NONE;
    }
    if (bytes <= HIGH_ABOVE) {
      return STANDARD;
    }
    return bytes <= MAXIMUM_ABOVE ? HIGH : MAXIMUM;
  }

  int zstd() {
    return zstd;
  }
}
