package dev.kryonix.messaging.subscribe;

import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.payload.StoredMessage;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import io.grpc.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One call of Pull: asks every lane and ordered queue for what is there, in fair order, and when
 * nothing is, consumes from them for as long as the caller waits. What it returns is held under
 * leases; nothing else of it stays.
 */
final class Pull {
  /** How long to wait for more once there is something. */
  private static final long MORE_MILLIS = 10;

  private static final long LOOK_MILLIS = 500;

  /** How soon a lane is joined that another instance has declared. */
  private static final long LANES_LOOK_NANOS = Duration.ofSeconds(2).toNanos();

  /** How long messages with an ordering key are given to come, when nobody waits. */
  private static final Duration ORDERED_WAIT = Duration.ofMillis(200);

  private final Subscribing subscribing;
  private final PullChannels channels;
  private final TenantView tenant;
  private final SubscriptionStart start;
  private final Allowance allowance;
  private final List<Delivery> deliveries = new ArrayList<>();
  private final List<Held> held = new ArrayList<>();
  private long bytes;

  /** A delivery that the caller is to hold. */
  private record Held(LeasedChannel channel, long id) {}

  Pull(Subscribing subscribing, PullChannels channels, TenantView tenant, SubscriptionStart start) {
    this.subscribing = subscribing;
    this.channels = channels;
    this.tenant = tenant;
    this.start = start;
    this.allowance = new Allowance(start.limits(), () -> {});
  }

  /** What there is, for the caller; when that has gone, nobody holds any of it. */
  List<Delivery> take(Duration wait) throws InterruptedException {
    boolean isTaken = false;
    try {
      takeWithin(wait);
      isTaken = !Context.current().isCancelled();
    } finally {
      if (!isTaken) {
        giveBack();
      }
    }
    return deliveries;
  }

  private void takeWithin(Duration wait) throws InterruptedException {
    long end = System.nanoTime() + wait.toNanos();
    try {
      getWhatIsThere();
      if (deliveries.isEmpty() && (!wait.isZero() || hasOrdered())) {
        consumeUntil(Math.max(end, System.nanoTime() + ORDERED_WAIT.toNanos()));
        if (!deliveries.isEmpty()) {
          getWhatIsThere();
        }
      }
    } catch (ServiceException e) {
      // What was taken before the broker went away is an answer.
      if (deliveries.isEmpty()) {
        throw e;
      }
    }
  }

  /** As if it had not been delivered; otherwise it would be nobody's until its lease ran out. */
  private void giveBack() {
    held.forEach(one -> one.channel.settle(one.id, new Settlement.Requeue()));
  }

  /** Messages with an ordering key cannot be asked for: they come to a consumer or not. */
  private boolean hasOrdered() {
    Set<String> existing = existing();
    return start.queues().stream()
        .anyMatch(queue -> existing.contains(Names.ordered(queue.name())));
  }

  private Set<String> existing() {
    try {
      return subscribing.queues().existing(tenant);
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  /**
   * Begins anywhere in the round: who takes one message each time is to have of every kind as well.
   */
  private void getWhatIsThere() {
    Set<String> existing = existing();
    List<Lot> lots = new ArrayList<>();
    List<OrderedGet> ordered = new ArrayList<>();
    for (LiveQueue queue : start.queues()) {
      for (Lane lane : Lane.values()) {
        String name = queue.name(lane);
        if (existing.contains(name)) {
          lots.add(new GetLot(name, lane, () -> channels.get(tenant, queue, name)));
        }
      }
      if (existing.contains(Names.ordered(queue.name()))) {
        ordered.add(new OrderedGet(subscribing.ordered(), channels, tenant, queue, start.filter()));
      }
    }
    lots.addAll(ordered);
    Collections.shuffle(lots, ThreadLocalRandom.current());
    FairOrder order = new FairOrder();
    order.skip(ThreadLocalRandom.current().nextInt(FairOrder.ROUND));
    lots.forEach(order::add);
    try {
      takeInTurn(order);
    } finally {
      ordered.forEach(OrderedGet::leave);
    }
  }

  private void takeInTurn(FairOrder order) {
    Optional<Lot> lot = order.next(each -> true);
    while (lot.isPresent() && hasRoom()) {
      Arrival arrival = lot.get().take();
      if (arrival != null && !deliver(arrival, allowance)) {
        return;
      }
      lot = order.next(each -> true);
    }
  }

  private void consumeUntil(long end) throws InterruptedException {
    Consumption consumption = Consumption.ofFirst(subscribing, tenant, start);
    try {
      consumption.refresh();
      long nextLanesLook = System.nanoTime() + LANES_LOOK_NANOS;
      while (hasRoom() && !Context.current().isCancelled()) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return;
        }
        boolean due = System.nanoTime() - nextLanesLook > 0;
        if (due || consumption.hasNewLanes() || !consumption.isOpen()) {
          consumption.refresh();
          nextLanesLook = System.nanoTime() + LANES_LOOK_NANOS;
        }
        Arrival arrival = next(consumption, left);
        boolean enough =
            arrival == null ? !deliveries.isEmpty() : !deliver(arrival, consumption.allowance());
        if (enough) {
          return;
        }
      }
    } finally {
      consumption.leave();
    }
  }

  private @Nullable Arrival next(Consumption consumption, long millisLeft)
      throws InterruptedException {
    return consumption.next(Math.min(millisLeft, deliveries.isEmpty() ? LOOK_MILLIS : MORE_MILLIS));
  }

  private boolean hasRoom() {
    return deliveries.size() < start.limits().messages() && bytes < start.limits().bytes();
  }

  /** False when the message was too much, and has been given back. */
  private boolean deliver(Arrival arrival, Allowance holder) {
    if (isTooMuch(arrival.payloadBytes())) {
      arrival.channel().notTaken(arrival);
      return false;
    }
    Optional<StoredMessage> message = subscribing.opening().open(arrival);
    if (message.isEmpty()) {
      return true;
    }
    Delivery.Builder delivery = DeliveryProtos.delivery(arrival, message.get(), start);
    int size = delivery.getMessage().getSerializedSize();
    if (isTooMuch(size)) {
      arrival.channel().notTaken(arrival);
      return false;
    }
    long id = arrival.channel().hold(arrival, holder, start.lease());
    held.add(new Held(arrival.channel(), id));
    bytes += size;
    deliveries.add(
        delivery
            .setAckToken(subscribing.tokens().issue(tenant, arrival.channel().epoch(), id))
            .build());
    return true;
  }

  /** An answer that the caller's client would not take would count as a failed attempt at each. */
  private boolean isTooMuch(int more) {
    return !deliveries.isEmpty() && bytes + more > start.limits().bytes();
  }
}
