package dev.kryonix.gateway.limit;

/**
 * The requests that a tenant's plan permits. Each limit is a token bucket of that size, refilled
 * evenly: a tenant that has rested may use the whole size at once.
 *
 * @param perHour the size of the bucket that fills up in an hour; 0 for no limit
 * @param perSecond the size of the bucket that fills up in a second; 0 for no limit
 */
public record Rate(long perHour, long perSecond) {
  /** No limit. */
  public static final Rate NONE = new Rate(0, 0);

  /** The lease is this part of the smaller bucket. */
  private static final int LEASES = 20;

  public boolean isLimited() {
    return perHour > 0 || perSecond > 0;
  }

  /**
   * How many requests a gateway takes out of the shared buckets at once, to grant them without
   * asking. It may also be that many ahead of the answer to its question.
   */
  long lease() {
    return Math.max(1, Math.min(perHourOrMore(), perSecondOrMore()) / LEASES);
  }

  private long perHourOrMore() {
    return perHour > 0 ? perHour : Integer.MAX_VALUE;
  }

  private long perSecondOrMore() {
    return perSecond > 0 ? perSecond : Integer.MAX_VALUE;
  }
}
