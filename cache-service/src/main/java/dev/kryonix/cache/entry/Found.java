package dev.kryonix.cache.entry;

/** What stands at an address in Redis. */
public sealed interface Found {
  /** The bytes of its envelope. */
  default int size() {
    return switch (this) {
      case Nothing() -> 0;
      case Live(byte[] bytes, Head head) -> bytes.length;
      case Expired(byte[] bytes, Head head) -> bytes.length;
      case Invalidated(byte[] bytes, Head head) -> bytes.length;
    };
  }

  /** Nothing. */
  record Nothing() implements Found {}

  /** An envelope that may be opened. */
  record Live(byte[] bytes, Head head) implements Found {}

  /** An envelope that has expired, and is kept for those who take stale values. */
  record Expired(byte[] bytes, Head head) implements Found {}

  /** An envelope that a flush or the invalidation of a tag has made dead. */
  record Invalidated(byte[] bytes, Head head) implements Found {}
}
