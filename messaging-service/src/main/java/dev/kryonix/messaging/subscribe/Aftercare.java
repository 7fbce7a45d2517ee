package dev.kryonix.messaging.subscribe;

/** Does with the messages of a channel what their consumers want. */
interface Aftercare {
  /** What the broker is to be told; may wait for the broker. */
  Fate settle(Arrival arrival, Settlement settlement) throws InterruptedException;

  /** A message that was offered to a consumer, who did not take it after all. */
  void notTaken(Arrival arrival);

  /** The broker has been told. */
  void told(Arrival arrival, Fate fate);
}
