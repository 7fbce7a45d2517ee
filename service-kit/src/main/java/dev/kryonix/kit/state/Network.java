package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.SyncResponse;

/** Opens state streams. */
interface Network {
  /** Opens a stream and returns at once; what comes of it is told to the listener. */
  Link open(Listener listener);

  /** Hears what happens on one stream, one event at a time. */
  interface Listener {
    void received(SyncResponse message);

    /** The stream has ended, by whatever side or failure. The last event. */
    void lost(String why);
  }
}
