package dev.kryonix.messaging.topology;

/** One of the three parallel queues of an operation, best first. */
public enum Lane {
  /** Priorities 8 to 10. */
  HIGH(".high"),
  /** Priorities 5 to 7. */
  NORMAL(""),
  /** Priorities 1 to 4. */
  LOW(".low");

  private static final int HIGH_FROM = 8;
  private static final int NORMAL_FROM = 5;

  private final String suffix;

  Lane(String suffix) {
    this.suffix = suffix;
  }

  /** The lane of a priority of 1 to 10. */
  public static Lane of(int priority) {
    if (priority >= HIGH_FROM) {
      return HIGH;
    }
    return priority >= NORMAL_FROM ? NORMAL : LOW;
  }

  /** What the lane's queue has after the operation's name. */
  public String suffix() {
    return suffix;
  }
}
