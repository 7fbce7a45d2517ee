package dev.kryonix.messaging.retry;

/** Why a message is dead. */
public enum DeadReason {
  /** All attempts failed. */
  ATTEMPTS_EXHAUSTED,
  /** A consumer dropped it. */
  DROPPED,
  /** It waited longer than its time to live. */
  EXPIRED,
  /** No queue took it. */
  UNROUTABLE,
  /** Its stored bytes fail their authentication. */
  CORRUPT
}
