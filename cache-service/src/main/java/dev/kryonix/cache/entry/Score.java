package dev.kryonix.cache.entry;

import java.time.Instant;

/**
 * The score of an entry in its bucket's index: expiry, class and charge in one number, as {@code
 * ledger.lua} writes it.
 *
 * @param expiry when the entry is gone, rounded up to a second
 * @param serves whom it serves
 * @param bytes its charge
 */
public record Score(Instant expiry, DeviceClass serves, int bytes) {
  private static final long EPOCH = 1_704_067_200;
  private static final long SECOND = 1L << 22;
  private static final long CLASS = 1L << 21;

  public static Score parse(double score) {
    long number = (long) score;
    return new Score(
        Instant.ofEpochSecond(EPOCH + Math.floorDiv(number, SECOND)),
        number / CLASS % 2 == 1 ? DeviceClass.WEB : DeviceClass.MOBILE,
        (int) (number % CLASS));
  }

  public double number() {
    return (expiry.getEpochSecond() - EPOCH) * SECOND
        + (serves == DeviceClass.WEB ? CLASS : 0)
        + bytes;
  }
}
