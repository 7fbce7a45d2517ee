package dev.kryonix.messaging.publish;

/** What the broker made of a message. */
public enum Outcome {
  /** It is in a queue, durably. */
  CONFIRMED,
  /** A queue refused it: it is full. */
  REFUSED,
  /** No queue took it. */
  RETURNED,
  /** The channel closed before an answer: unknown. */
  LOST
}
