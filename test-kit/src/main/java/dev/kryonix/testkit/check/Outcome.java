package dev.kryonix.testkit.check;

/** How an operation ended as far as its caller knows. */
public enum Outcome {
  /** It was done: whoever asked was told so. */
  OK,
  /** It was refused, and nothing was done. */
  FAILED,
  /** No answer came, or one that says that nobody knows: counted as neither lost nor done. */
  UNKNOWN
}
