package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.Envelope;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.messaging.retry.Taken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages that have arrived for one consumer and have not been handed to it, guarded by its
 * lock. What there are no bytes for is remembered by its tag.
 */
final class Waiting {
  private static final long MOST_BYTES = 4L * 1024 * 1024;

  /** Few at a time, since each of them is delivered anew and may find no room again. */
  private static final int ASKED_AGAIN_AT_ONCE = 8;

  private static final long BETWEEN_ASKING = Duration.ofMillis(50).toNanos();

  private final Buffer buffer;
  private final TenantUid tenant;
  private final Allowance allowance;
  private final FairOrder order = new FairOrder();
  private final Set<LaneLot> lots = new HashSet<>();
  private final List<Long> parked = new ArrayList<>();
  private int messages;
  private long bytes;
  private long nextAsking = System.nanoTime();

  Waiting(Buffer buffer, TenantUid tenant, Allowance allowance) {
    this.buffer = buffer;
    this.tenant = tenant;
    this.allowance = allowance;
  }

  void join(LaneLot lot) {
    if (lots.add(lot)) {
      order.add(lot);
    }
  }

  /** What others share with this consumer. */
  void join(Lot shared) {
    order.add(shared);
  }

  void leave(Lot shared) {
    order.remove(shared);
  }

  /**
   * Takes the message in, when there are bytes for it: a consumer that has nothing always gets one.
   */
  void add(LeasedChannel channel, LaneLot lot, Taken taken, Envelope envelope) {
    int size = taken.body().length;
    Optional<Buffer.Charge> charge = Optional.empty();
    if (messages == 0 && allowance.isEmpty()) {
      charge = Optional.of(buffer.take(tenant, size));
    } else if (bytes + size <= MOST_BYTES) {
      charge = buffer.tryTake(tenant, size);
    }
    if (charge.isEmpty()) {
      parked.add(envelope.getDeliveryTag());
      return;
    }
    messages++;
    bytes += size;
    lot.arrivals()
        .add(
            new Arrival(
                channel,
                envelope.getDeliveryTag(),
                taken,
                taken.attempts(),
                envelope.isRedeliver(),
                charge.get()));
  }

  /** The next in fair order, of the lots that are admitted. */
  @Nullable Arrival poll(Predicate<Lot> admitted) {
    Optional<Lot> lot = order.next(admitted);
    Arrival arrival = lot.isEmpty() ? null : lot.get().take();
    if (arrival != null && lot.get() instanceof LaneLot) {
      messages--;
      bytes -= arrival.storedBytes();
    }
    return arrival;
  }

  /** How long to wait for messages at most, in nanoseconds: until there may be room for others. */
  long patience(long nanos) {
    return parked.isEmpty() ? nanos : Math.min(nanos, BETWEEN_ASKING);
  }

  boolean canAskAgain() {
    return !parked.isEmpty()
        && messages == 0
        && (allowance.isEmpty() || buffer.hasRoom(tenant))
        && System.nanoTime() - nextAsking > 0;
  }

  /**
   * The tags to give back to the broker so that they come again: as many as there may be room for.
   */
  List<Long> askAgain() {
    if (!canAskAgain()) {
      return List.of();
    }
    nextAsking = System.nanoTime() + BETWEEN_ASKING;
    List<Long> first = parked.subList(0, Math.min(parked.size(), ASKED_AGAIN_AT_ONCE));
    List<Long> tags = List.copyOf(first);
    first.clear();
    return tags;
  }

  /** Forgets everything; the tags of all that was here. */
  List<Long> clear() {
    List<Long> tags = new ArrayList<>(parked);
    for (LaneLot lot : lots) {
      for (Arrival arrival : lot.arrivals()) {
        tags.add(arrival.tag());
        arrival.charge().giveBack();
      }
      order.remove(lot);
    }
    lots.clear();
    parked.clear();
    messages = 0;
    bytes = 0;
    return tags;
  }
}
