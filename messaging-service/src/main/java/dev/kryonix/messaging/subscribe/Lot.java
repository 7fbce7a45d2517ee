package dev.kryonix.messaging.subscribe;

import dev.kryonix.messaging.topology.Lane;
import org.jspecify.annotations.Nullable;

/** Messages of one queue of the broker that wait here for a consumer. */
interface Lot {
  /** The queue's name. */
  String name();

  /** How much its messages matter. */
  Lane lane();

  boolean hasNext();

  /** The next message; null when another consumer was quicker. */
  @Nullable Arrival take();
}
