package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.messaging.connection.Channels;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A channel with the deliveries that consumers hold under a lease. It alone acknowledges on the
 * channel, under a lock, and only what it knows to be unsettled: a tag that the broker does not
 * know would close the channel and give everything back.
 *
 * <p>A message whose consumer has gone, or has held it too long, is settled here as a failed
 * attempt, and kept until that has been done: nobody else can count it.
 */
final class LeasedChannel {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Settlement.Retry LEASE_OVER =
      new Settlement.Retry(Optional.empty(), "the lease ran out");
  private static final Settlement.Retry CONSUMER_GONE =
      new Settlement.Retry(Optional.empty(), "the consumer went away");

  private final long epoch;
  private final Channel channel;
  private final Aftercare aftercare;
  private final ReentrantLock lock = new ReentrantLock();
  private final HeldDeliveries held = new HeldDeliveries();
  private final BrokerReplies broker;
  private final Insistence insistence;

  /** Consumers that end with the message that they have, by its queue. */
  private final Map<String, String> stopping = new HashMap<>();

  private int leaving;
  private boolean closing;
  private boolean closed;

  /**
   * @param epoch names the channel within the process
   */
  LeasedChannel(long epoch, Channel channel, Aftercare aftercare) {
    this.epoch = epoch;
    this.channel = channel;
    this.aftercare = aftercare;
    this.broker = new BrokerReplies(channel);
    this.insistence = new Insistence(channel, PATIENCE);
    channel.addShutdownListener(cause -> forgetAll());
  }

  long epoch() {
    return epoch;
  }

  Channel channel() {
    return channel;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** The consumer has the message from now on; the number names this delivery of it. */
  long hold(Arrival arrival, Allowance allowance, Duration lease) {
    allowance.take(arrival);
    HeldDelivery one;
    lock.lock();
    try {
      one = held.add(arrival, allowance, lease);
      if (!held.isClosed()) {
        return one.id();
      }
    } finally {
      lock.unlock();
    }
    one.letGo();
    return one.id();
  }

  /** Settles a delivery; one that was settled before is settled again without harm. */
  Settled settle(long id, Settlement settlement) {
    HeldDelivery one;
    lock.lock();
    try {
      one = held.find(id);
      if (one == null) {
        return held.settleAgain(id, settlement);
      }
      if (one.isMoving()) {
        return held.settleTwice(id);
      }
      if (settlement instanceof Settlement.Extend extend) {
        one.extend(extend.lease());
        return Settled.OK;
      }
      one.setMoving(true);
    } finally {
      lock.unlock();
    }
    Fate fate = Fate.FAILED;
    Settled outcome;
    try {
      fate = aftercare.settle(one.arrival(), settlement);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      outcome = finish(one, fate);
    }
    return outcome;
  }

  /**
   * Acknowledges many deliveries, which takes nothing to be done first, and tells the broker as few
   * times as it can be told.
   */
  List<Settled> acknowledge(List<Long> ids) {
    Map<Integer, HeldDelivery> done = new LinkedHashMap<>();
    List<Settled> outcomes = new ArrayList<>(ids.size());
    boolean told;
    lock.lock();
    try {
      for (long id : ids) {
        HeldDelivery one = held.find(id);
        if (one == null) {
          outcomes.add(held.settleAgain(id, new Settlement.Acknowledge()));
        } else if (one.isMoving()) {
          outcomes.add(held.settleTwice(id));
        } else {
          held.remove(one);
          stopConsumerOf(one);
          done.put(outcomes.size(), one);
          outcomes.add(Settled.OK);
        }
      }
      told = broker.acknowledge(done.values().stream().map(HeldDelivery::tag).toList());
    } finally {
      lock.unlock();
    }
    done.forEach(
        (index, one) -> {
          one.letGo();
          if (told) {
            aftercare.told(one.arrival(), Fate.ACKNOWLEDGE);
          } else {
            outcomes.set(index, Settled.STALE);
          }
        });
    if (!done.isEmpty()) {
      closeWhenEmpty();
    }
    return outcomes;
  }

  /** What the broker could not be told it delivers again. */
  private Settled finish(HeldDelivery one, Fate fate) {
    boolean told;
    lock.lock();
    try {
      if (fate == Fate.FAILED) {
        one.setMoving(false);
        return Settled.FAILED;
      }
      if (!held.remove(one)) {
        return Settled.STALE;
      }
      stopConsumerOf(one);
      told = broker.tell(one.tag(), fate);
    } finally {
      lock.unlock();
    }
    if (!told) {
      one.letGo();
      return Settled.STALE;
    }
    one.giveBackAllowance();
    if (fate != Fate.KEEP) {
      one.arrival().charge().giveBack();
    }
    aftercare.told(one.arrival(), fate);
    closeWhenEmpty();
    return Settled.OK;
  }

  /** Ends the leases that are over. */
  void expireLeases() {
    long now = System.nanoTime();
    end(one -> one.isOver(now), LEASE_OVER);
  }

  /** Ends what a consumer holds that has gone. */
  void lose(Allowance allowance) {
    end(one -> one.isOf(allowance), CONSUMER_GONE);
  }

  /** Gives back what a consumer holds, as if it had not been delivered. */
  void giveBack(Allowance allowance) {
    end(one -> one.isOf(allowance), new Settlement.Requeue());
  }

  private void end(Predicate<HeldDelivery> which, Settlement settlement) {
    List<HeldDelivery> over;
    lock.lock();
    try {
      over = held.end(which);
    } finally {
      lock.unlock();
    }
    over.forEach(one -> leave(() -> aftercare.settle(one.arrival(), settlement), one));
  }

  private void leave(Callable<Fate> first, HeldDelivery one) {
    Callable<Fate> straight =
        () ->
            aftercare.settle(
                one.arrival(),
                new Settlement.Retry(Optional.of(Duration.ZERO), "the lease ran out"));
    Thread.ofVirtual()
        .name("leaving")
        .start(
            () -> {
              var unused = insistence.untilDone(first, straight).map(fate -> finish(one, fate));
            });
  }

  /** Takes a message away that no consumer has had. */
  void carryAway(Arrival arrival, Callable<Fate> how) {
    lock.lock();
    try {
      leaving++;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("carrying-away").start(() -> carry(arrival, how));
  }

  private void carry(Arrival arrival, Callable<Fate> how) {
    Optional<Fate> fate = Optional.empty();
    try {
      fate = insistence.untilDone(how, how);
    } finally {
      hasLeft(arrival, fate);
    }
  }

  private void hasLeft(Arrival arrival, Optional<Fate> fate) {
    boolean told;
    lock.lock();
    try {
      leaving--;
      told = fate.isPresent() && broker.tell(arrival.tag(), fate.get());
    } finally {
      lock.unlock();
    }
    arrival.charge().giveBack();
    if (told) {
      aftercare.told(arrival, fate.orElseThrow());
    }
    closeWhenEmpty();
  }

  /** A message that was offered to a consumer, who did not take it after all. */
  void notTaken(Arrival arrival) {
    aftercare.notTaken(arrival);
  }

  /**
   * Stops a consumer. One that may have a single message, which somebody holds, gets no other while
   * that is so, and is stopped when it is settled: see {@link Channels#cancelAtOnce}.
   */
  void stop(String source, String consumerTag, int prefetch) {
    lock.lock();
    try {
      if (prefetch == 1 && held.hasOf(source)) {
        stopping.put(source, consumerTag);
      } else {
        broker.cancel(consumerTag);
      }
    } finally {
      lock.unlock();
    }
  }

  private void stopConsumerOf(HeldDelivery one) {
    String consumerTag = stopping.remove(one.source());
    if (consumerTag != null) {
      broker.cancel(consumerTag);
    }
  }

  /** Whether nobody holds a message of it, and none is on its way elsewhere. */
  boolean isEmpty() {
    lock.lock();
    try {
      return leaving == 0 && held.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Acknowledges messages that no consumer has had; false when they come again. */
  boolean acknowledgeUnseen(List<Arrival> arrivals) {
    lock.lock();
    try {
      return broker.acknowledge(arrivals.stream().map(Arrival::tag).toList());
    } finally {
      lock.unlock();
      arrivals.forEach(each -> each.charge().giveBack());
    }
  }

  /** Gives a message back that no consumer has had. */
  void refuse(long tag) {
    lock.lock();
    try {
      boolean unused = broker.tell(tag, Fate.REQUEUE);
    } finally {
      lock.unlock();
    }
  }

  /** Takes {@link #setClosing} back; false when the channel is closed or about to be. */
  boolean keepOpen() {
    lock.lock();
    try {
      if (closed || held.isClosed()) {
        return false;
      }
      closing = false;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Closes the channel once nothing on it is in anybody's hands; the rest goes back. */
  void closeOnceEmpty() {
    setClosing();
    closeWhenEmpty();
  }

  /** From now on the channel is to be closed, which {@link #closeWhenEmpty} does. */
  void setClosing() {
    lock.lock();
    try {
      closing = true;
    } finally {
      lock.unlock();
    }
  }

  /** Closes the channel if it is to be closed and nothing on it is in anybody's hands. */
  void closeWhenEmpty() {
    lock.lock();
    try {
      if (!closing || closed || held.isClosed() || leaving > 0 || !held.isEmpty()) {
        return;
      }
      closed = true;
    } finally {
      lock.unlock();
    }
    try {
      channel.close();
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      // The connection may go while the broker's answer is awaited.
      Channels.abort(channel);
    }
  }

  private void forgetAll() {
    List<HeldDelivery> all;
    lock.lock();
    try {
      all = held.close();
    } finally {
      lock.unlock();
    }
    all.forEach(HeldDelivery::letGo);
  }
}
