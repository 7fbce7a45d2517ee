package dev.kryonix.messaging.subscribe;

import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.retry.Attempts;
import dev.kryonix.messaging.retry.Taken;

/**
 * A message that the broker has handed to this process.
 *
 * @param channel the channel that it came on
 * @param tag the broker's tag of it there
 * @param taken the message
 * @param attempts the attempts at it that have failed
 * @param returned whether the broker has handed it to somebody before
 * @param charge the memory that it takes here
 */
record Arrival(
    LeasedChannel channel,
    long tag,
    Taken taken,
    Attempts attempts,
    boolean returned,
    Buffer.Charge charge) {

  /** Its size as it is kept here. */
  int storedBytes() {
    return taken.body().length;
  }

  /** The size of its payload, which counts against a consumer's limit. */
  int payloadBytes() {
    return Envelope.payloadSize(taken.properties(), taken.body());
  }

  /** Whether it may have been delivered before. */
  boolean redelivered() {
    return returned || attempts.failed() > 0 || Envelope.isAgain(taken.properties());
  }

  Arrival after(Attempts known) {
    return new Arrival(channel, tag, taken, known, true, charge);
  }
}
