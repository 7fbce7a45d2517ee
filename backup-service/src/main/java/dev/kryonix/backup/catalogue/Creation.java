package dev.kryonix.backup.catalogue;

/** What became of an order under a request_id. */
public sealed interface Creation<T> {
  /** It is new, and is in the catalogue now. */
  record Created<T>(T value) implements Creation<T> {}

  /** It was asked for before; this is the one. */
  record Repeated<T>(T value) implements Creation<T> {}

  /** The request_id was used for something else. */
  record Reused<T>() implements Creation<T> {}

  /** Another one is under way, and only one may be. */
  record Busy<T>() implements Creation<T> {}
}
