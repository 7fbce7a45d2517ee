package dev.kryonix.gateway.http;

import io.netty.buffer.ByteBuf;

/**
 * Takes the body of a request as it arrives, on the connection's event loop. A refusal that is
 * thrown becomes the answer. Once the request is answered, what is left of its body is dropped and
 * nothing is told any more.
 */
public interface RequestBody {
  /** Takes nothing. */
  RequestBody NONE =
      new RequestBody() {
        @Override
        public void part(ByteBuf bytes) {
          // Nobody waits for it.
        }

        @Override
        public void end() {
          // Nobody waits for it.
        }
      };

  /** A piece of the body; the buffer is the connection's and must be retained to be kept. */
  void part(ByteBuf bytes);

  /** The body is complete. */
  void end();

  /**
   * Whether its messages come when they come. The bytes of any other body are all there when it
   * begins, so they must keep coming.
   */
  default boolean isStream() {
    return false;
  }

  /** The request is over before its body was complete: answered, cut off, or its client is gone. */
  default void drop() {}
}
