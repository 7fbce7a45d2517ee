package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.SyncRequest;

/** One open state stream, as the session sees it. */
interface Link {
  /** Sends a message, in order, without waiting. Does nothing when the stream has ended. */
  void send(SyncRequest message);

  /** Whether the other side takes what is sent. When not, only what must arrive is sent. */
  boolean isReady();

  /** Ends the stream from this side. */
  void close();
}
