package dev.kryonix.testkit.network;

import java.time.Duration;

/**
 * What a network does to connections. Bytes count for each connection and direction from when it
 * began.
 */
public sealed interface Fault {
  /** Nothing: bytes pass as they come. */
  record None() implements Fault {}

  /** Everything comes later by that, both ways, a buffer at a time. */
  record Delay(Duration by) implements Fault {}

  /** Nothing passes, and nobody is told. What was sent arrives when it is over. */
  record Stall() implements Fault {}

  /** As {@link Stall}, but only one way: the other goes on. */
  record HalfOpen(Direction stalled) implements Fault {}

  /** Connections are reset, those there are and those that come. */
  record Reset() implements Fault {}

  /** Each connection is reset once so many bytes have gone one way, wherever in a frame that is. */
  record CutAfter(long bytes, Direction counted) implements Fault {}

  /** One bit of each so-many-th byte is another. */
  record Corrupt(long everyBytes, Direction altered) implements Fault {}

  /** No more than that passes in a second, each way. */
  record Throttle(int bytesPerSecond) implements Fault {}

  /** A way through a connection. */
  enum Direction {
    TO_SERVER,
    TO_CLIENT
  }
}
