package dev.kryonix.messaging.subscribe;

import java.util.HashMap;
import java.util.Map;

/**
 * How much one consumer holds, and whether it may have more. Of several lanes none may take all: a
 * place is left for each other, up to a quarter of the limit, so that a lane that is flooded and
 * slow leaves room for what comes on the others.
 */
final class Allowance {
  private static final int KEPT_FREE = 4;

  private final Runnable onChange;
  private final Map<String, Integer> perLane = new HashMap<>();
  private Limits limits;
  private int lanes = 1;
  private int messages;
  private long bytes;

  Allowance(Limits limits, Runnable onChange) {
    this.limits = limits;
    this.onChange = onChange;
  }

  synchronized void limit(Limits newLimits) {
    limits = newLimits;
  }

  synchronized Limits limits() {
    return limits;
  }

  /** From how many lanes the consumer is served. */
  synchronized void serveFrom(int number) {
    lanes = number;
  }

  synchronized boolean isEmpty() {
    return messages == 0;
  }

  /** Whether the consumer may have another message. */
  synchronized boolean hasRoom() {
    return messages == 0 || (messages < limits.messages() && bytes < limits.bytes());
  }

  /** Whether it may have another one from that lane. */
  synchronized boolean hasRoom(String lane) {
    int others = Math.min(limits.messages() / KEPT_FREE, lanes - 1);
    return hasRoom() && perLane.getOrDefault(lane, 0) < limits.messages() - others;
  }

  void take(Arrival arrival) {
    take(arrival.taken().source(), arrival.payloadBytes());
  }

  synchronized void take(String lane, int size) {
    messages++;
    bytes += size;
    perLane.merge(lane, 1, Integer::sum);
  }

  void giveBack(Arrival arrival) {
    giveBack(arrival.taken().source(), arrival.payloadBytes());
  }

  /** Tells of the change when somebody may have waited for it: for room, or for the end. */
  void giveBack(String lane, int size) {
    boolean awaited;
    synchronized (this) {
      boolean hadNoRoom = !hasRoom(lane);
      messages--;
      bytes -= size;
      perLane.computeIfPresent(lane, (name, held) -> held == 1 ? null : held - 1);
      awaited = hadNoRoom || messages == 0;
    }
    if (awaited) {
      onChange.run();
    }
  }
}
