package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.messaging.connection.Channels;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private static final int REMEMBERED = 10_000;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** After so many refusals of the ladder, the message goes straight back to its queue. */
  private static final int PATIENCE = 8;

  private static final Settlement.Retry LEASE_OVER =
      new Settlement.Retry(Optional.empty(), "the lease ran out");
  private static final Settlement.Retry CONSUMER_GONE =
      new Settlement.Retry(Optional.empty(), "the consumer went away");

  private final long epoch;
  private final Channel channel;
  private final Aftercare aftercare;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Held> held = new HashMap<>();
  private final ToldTags told = new ToldTags();

  /** Deliveries that were ended here; when there are too many, all are forgotten. */
  private final Set<Long> expired = new HashSet<>();

  /** Consumers that end with the message that they have, by its queue. */
  private final Map<String, String> stopping = new HashMap<>();

  private long last;
  private int leaving;
  private boolean closing;
  private boolean closed;

  /** A delivery in a consumer's hands, or on its way out of them. */
  private static final class Held {
    final long id;
    final Arrival arrival;
    final Allowance allowance;
    long endNanos;
    boolean moving;

    Held(long id, Arrival arrival, Allowance allowance, Duration lease) {
      this.id = id;
      this.arrival = arrival;
      this.allowance = allowance;
      extend(lease);
    }

    void extend(Duration lease) {
      endNanos = System.nanoTime() + lease.toNanos();
    }
  }

  /**
   * @param epoch names the channel within the process
   */
  LeasedChannel(long epoch, Channel channel, Aftercare aftercare) {
    this.epoch = epoch;
    this.channel = channel;
    this.aftercare = aftercare;
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
    lock.lock();
    try {
      last++;
      if (!closed) {
        held.put(last, new Held(last, arrival, allowance, lease));
        return last;
      }
    } finally {
      lock.unlock();
    }
    letGo(arrival, allowance);
    return last;
  }

  /** Settles a delivery; one that was settled before is settled again without harm. */
  Settled settle(long id, Settlement settlement) {
    Held one;
    lock.lock();
    try {
      one = held.get(id);
      if (one == null) {
        return unheld(id, settlement);
      }
      if (one.moving) {
        return expired.contains(id) ? Settled.STALE : Settled.FAILED;
      }
      if (settlement instanceof Settlement.Extend extend) {
        one.extend(extend.lease());
        return Settled.OK;
      }
      one.moving = true;
    } finally {
      lock.unlock();
    }
    Fate fate = Fate.FAILED;
    try {
      fate = aftercare.settle(one.arrival, settlement);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      finish(one, fate);
    }
    return fate == Fate.FAILED ? Settled.FAILED : Settled.OK;
  }

  /**
   * Acknowledges many deliveries, which takes nothing to be done first, and tells the broker as few
   * times as it can be told.
   */
  List<Settled> acknowledge(List<Long> ids) {
    List<Settled> outcomes = new ArrayList<>(ids.size());
    List<Held> done = new ArrayList<>(ids.size());
    lock.lock();
    try {
      for (long id : ids) {
        Held one = held.get(id);
        if (one == null) {
          outcomes.add(unheld(id, new Settlement.Acknowledge()));
        } else if (one.moving) {
          outcomes.add(expired.contains(id) ? Settled.STALE : Settled.FAILED);
        } else {
          held.remove(id);
          stopConsumerOf(one);
          done.add(one);
          outcomes.add(Settled.OK);
        }
      }
      tellBroker(done.stream().map(one -> one.arrival.tag()).toList());
    } finally {
      lock.unlock();
    }
    for (Held one : done) {
      letGo(one.arrival, one.allowance);
      aftercare.told(one.arrival, Fate.ACKNOWLEDGE);
    }
    if (!done.isEmpty()) {
      closeWhenEmpty();
    }
    return outcomes;
  }

  private void tellBroker(List<Long> acknowledged) {
    try {
      for (ToldTags.Acknowledgement each : told.acknowledge(acknowledged)) {
        channel.basicAck(each.tag(), each.andAllBefore());
      }
    } catch (IOException | ShutdownSignalException e) {
      Channels.abort(channel);
    }
  }

  private Settled unheld(long id, Settlement settlement) {
    if (id <= 0 || id > last) {
      return Settled.INVALID;
    }
    boolean before = !closed && !expired.contains(id) && !(settlement instanceof Settlement.Extend);
    return before ? Settled.OK : Settled.STALE;
  }

  private void finish(Held one, Fate fate) {
    lock.lock();
    try {
      if (fate == Fate.FAILED) {
        one.moving = false;
        return;
      }
      if (held.remove(one.id) == null) {
        return;
      }
      stopConsumerOf(one);
      tellBroker(one.arrival.tag(), fate);
    } finally {
      lock.unlock();
    }
    one.allowance.giveBack(one.arrival);
    if (fate != Fate.KEEP) {
      one.arrival.charge().giveBack();
    }
    aftercare.told(one.arrival, fate);
    closeWhenEmpty();
  }

  /** When the channel has gone, the message is delivered again, and nothing is to be told. */
  private void tellBroker(long tag, Fate fate) {
    try {
      switch (fate) {
        case ACKNOWLEDGE -> {
          told.add(tag);
          channel.basicAck(tag, false);
        }
        case REQUEUE -> {
          told.add(tag);
          channel.basicNack(tag, false, true);
        }
        case KEEP, FAILED -> {}
      }
    } catch (IOException | ShutdownSignalException e) {
      Channels.abort(channel);
    }
  }

  /** Ends the leases that are over. */
  void expireLeases() {
    long now = System.nanoTime();
    end(one -> now - one.endNanos > 0, LEASE_OVER);
  }

  /** Ends what a consumer holds that has gone. */
  void lose(Allowance allowance) {
    end(one -> one.allowance == allowance, CONSUMER_GONE);
  }

  /** Gives back what a consumer holds, as if it had not been delivered. */
  void giveBack(Allowance allowance) {
    end(one -> one.allowance == allowance, new Settlement.Requeue());
  }

  private void end(Predicate<Held> which, Settlement settlement) {
    List<Held> over = new ArrayList<>();
    lock.lock();
    try {
      for (Held one : held.values()) {
        if (!one.moving && which.test(one)) {
          one.moving = true;
          over.add(one);
          if (expired.size() >= REMEMBERED) {
            expired.clear();
          }
          expired.add(one.id);
        }
      }
    } finally {
      lock.unlock();
    }
    over.forEach(one -> leave(() -> aftercare.settle(one.arrival, settlement), one));
  }

  private void leave(Callable<Fate> first, Held one) {
    Callable<Fate> straight =
        () ->
            aftercare.settle(
                one.arrival, new Settlement.Retry(Optional.of(Duration.ZERO), "the lease ran out"));
    Thread.ofVirtual()
        .name("leaving")
        .start(() -> untilDone(first, straight).ifPresent(fate -> finish(one, fate)));
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
    Optional<Fate> fate = untilDone(how, how);
    lock.lock();
    try {
      leaving--;
      fate.ifPresent(done -> tellBroker(arrival.tag(), done));
    } finally {
      lock.unlock();
    }
    arrival.charge().giveBack();
    fate.ifPresent(done -> aftercare.told(arrival, done));
    closeWhenEmpty();
  }

  /** Empty when the channel has gone, and with it the message. */
  private Optional<Fate> untilDone(Callable<Fate> how, Callable<Fate> whenRefused) {
    Duration pause = FIRST_PAUSE;
    try {
      for (int tries = 1; isOpen(); tries++) {
        Fate fate = (tries <= PATIENCE ? how : whenRefused).call();
        if (fate != Fate.FAILED) {
          return Optional.of(fate);
        }
        Thread.sleep(pause);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      Channels.abort(channel);
      throw new IllegalStateException(e);
    }
    return Optional.empty();
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
      if (prefetch == 1 && isHeld(source)) {
        stopping.put(source, consumerTag);
      } else {
        cancel(consumerTag);
      }
    } finally {
      lock.unlock();
    }
  }

  private void stopConsumerOf(Held one) {
    String consumerTag = stopping.remove(one.arrival.taken().source());
    if (consumerTag != null) {
      cancel(consumerTag);
    }
  }

  private boolean isHeld(String source) {
    return held.values().stream().anyMatch(one -> one.arrival.taken().source().equals(source));
  }

  private void cancel(String consumerTag) {
    try {
      Channels.cancelAtOnce(channel, consumerTag);
    } catch (IOException | ShutdownSignalException e) {
      Channels.abort(channel);
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

  /** Gives a message back that no consumer has had. */
  void refuse(long tag) {
    lock.lock();
    try {
      tellBroker(tag, Fate.REQUEUE);
    } finally {
      lock.unlock();
    }
  }

  /** Closes the channel once nothing on it is in anybody's hands; the rest goes back. */
  void closeOnceEmpty() {
    lock.lock();
    try {
      closing = true;
    } finally {
      lock.unlock();
    }
    closeWhenEmpty();
  }

  private void closeWhenEmpty() {
    lock.lock();
    try {
      if (!closing || closed || leaving > 0 || !held.isEmpty()) {
        return;
      }
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
    List<Held> all;
    lock.lock();
    try {
      closed = true;
      all = List.copyOf(held.values());
      held.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(one -> letGo(one.arrival, one.allowance));
  }

  private static void letGo(Arrival arrival, Allowance allowance) {
    arrival.charge().giveBack();
    allowance.giveBack(arrival);
  }
}
