package dev.kryonix.messaging.retry;

import java.util.Set;

/**
 * The headers in which a message carries what has become of it so far. They are as trustworthy as
 * the broker's user: the attributes of a publisher become headers that begin with {@code a-}, so no
 * call can set one of these, and nobody but the services has a tenant's user. What is read from
 * them is bounded all the same, and the payload cannot be exchanged through them: it is
 * authenticated together with its queue and message id.
 */
public final class RetryHeaders {
  /** A whole number: the attempts that have failed. */
  public static final String ATTEMPTS = "kx-attempts";

  /** A list of milliseconds since 1970: when each attempt ended, the last 20. */
  public static final String ATTEMPT_TIMES = "kx-attempt-times";

  /** A text: the error of the first attempt. */
  public static final String FIRST_ERROR = "kx-first-error";

  /** A text: the error of the last attempt. */
  public static final String LAST_ERROR = "kx-last-error";

  /** Milliseconds since 1970: when the next attempt is due; before, no consumer gets it. */
  public static final String DUE = "kx-due";

  /** Milliseconds since 1970: since when it waits for a consumer, if not since its publish. */
  public static final String SINCE = "kx-since";

  /** Milliseconds since 1970: when it was published, as every message says. */
  static final String PUBLISHED = "kx-time";

  /** Milliseconds: the publisher's own time to live, which a delay queue would take for its own. */
  public static final String TTL = "kx-ttl";

  /** A whole number: how many times in a row a consumer's filter has let it pass by. */
  public static final String PASSES = "kx-passes";

  /** On a dead letter, a name of {@link DeadReason}: why. */
  public static final String DEAD_REASON = "kx-dead-reason";

  /** On a dead letter, milliseconds since 1970: since when. */
  public static final String DEAD_TIME = "kx-dead-time";

  /** On a dead letter, a text: the queue of the broker that it came from, with its lane. */
  public static final String DEAD_QUEUE = "kx-dead-queue";

  /** On a dead letter, a text: the same for all that failed in the same way. */
  public static final String FINGERPRINT = "kx-fingerprint";

  private static final Set<String> ALL =
      Set.of(
          ATTEMPTS,
          ATTEMPT_TIMES,
          FIRST_ERROR,
          LAST_ERROR,
          DUE,
          SINCE,
          TTL,
          PASSES,
          DEAD_REASON,
          DEAD_TIME,
          DEAD_QUEUE,
          FINGERPRINT);

  private RetryHeaders() {}

  /** Whether a header is one of these. */
  static boolean isOurs(String name) {
    return ALL.contains(name);
  }
}
