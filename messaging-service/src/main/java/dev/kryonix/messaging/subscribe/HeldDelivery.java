package dev.kryonix.messaging.subscribe;

import java.time.Duration;

/** A delivery in a consumer's hands, or on its way out of them; guarded by its channel's lock. */
final class HeldDelivery {
  private final long id;
  private final Arrival arrival;
  private final Allowance allowance;
  private long endNanos;
  private boolean moving;

  HeldDelivery(long id, Arrival arrival, Allowance allowance, Duration lease) {
    this.id = id;
    this.arrival = arrival;
    this.allowance = allowance;
    extend(lease);
  }

  /** Names the delivery on its channel. */
  long id() {
    return id;
  }

  Arrival arrival() {
    return arrival;
  }

  long tag() {
    return arrival.tag();
  }

  String source() {
    return arrival.taken().source();
  }

  boolean isOf(Allowance holder) {
    return allowance == holder;
  }

  boolean isOver(long nowNanos) {
    return nowNanos - endNanos > 0;
  }

  void extend(Duration lease) {
    endNanos = System.nanoTime() + lease.toNanos();
  }

  /** Whether somebody settles it just now. */
  boolean isMoving() {
    return moving;
  }

  void setMoving(boolean moving) {
    this.moving = moving;
  }

  /** The consumer has room for another. */
  void giveBackAllowance() {
    allowance.giveBack(arrival);
  }

  /** As {@link #giveBackAllowance}, and this process has its memory back. */
  void letGo() {
    arrival.charge().giveBack();
    allowance.giveBack(arrival);
  }
}
