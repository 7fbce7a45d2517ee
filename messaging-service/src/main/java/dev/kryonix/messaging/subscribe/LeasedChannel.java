package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import dev.kryonix.messaging.connection.Channels;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A channel with the deliveries that consumers hold under a lease. It alone acknowledges on the
 * channel, under a lock, and only tags that it knows to be unsettled: a tag that the broker does
 * not know would close the channel and give everything back.
 */
final class LeasedChannel {
  private static final int REMEMBERED = 10_000;

  private final long epoch;
  private final Channel channel;
  private final Runnable onChange;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Lease> held = new HashMap<>();

  /** Tags whose lease ran out; when there are too many, all are forgotten. */
  private final Set<Long> expired = new HashSet<>();

  private long highest;
  private long heldBytes;

  /** A delivery in a consumer's hands. */
  private record Lease(String module, int bytes, long endNanos) {}

  /**
   * @param epoch names the channel within the process
   * @param onChange called when deliveries have been settled or have ended
   */
  LeasedChannel(long epoch, Channel channel, Runnable onChange) {
    this.epoch = epoch;
    this.channel = channel;
    this.onChange = onChange;
    channel.addShutdownListener(cause -> onChange.run());
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

  /** The consumer has the delivery from now on. */
  void hold(long tag, String module, int bytes, Duration lease) {
    lock.lock();
    try {
      held.put(tag, new Lease(module, bytes, System.nanoTime() + lease.toNanos()));
      heldBytes += bytes;
      highest = Math.max(highest, tag);
    } finally {
      lock.unlock();
    }
  }

  int heldMessages() {
    lock.lock();
    try {
      return held.size();
    } finally {
      lock.unlock();
    }
  }

  long heldBytes() {
    lock.lock();
    try {
      return heldBytes;
    } finally {
      lock.unlock();
    }
  }

  /** The module of a delivery that is held. */
  @Nullable String moduleOf(long tag) {
    lock.lock();
    try {
      Lease lease = held.get(tag);
      return lease == null ? null : lease.module;
    } finally {
      lock.unlock();
    }
  }

  /** Settles a delivery; one that was settled before is settled again without harm. */
  Settled settle(long tag, Settlement settlement) {
    Settled result;
    lock.lock();
    try {
      result = settleLocked(tag, settlement);
    } finally {
      lock.unlock();
    }
    onChange.run();
    return result;
  }

  private Settled settleLocked(long tag, Settlement settlement) {
    Lease lease = held.get(tag);
    if (lease == null) {
      if (tag <= 0 || tag > highest) {
        return Settled.INVALID;
      }
      boolean settledBefore = !expired.contains(tag) && !(settlement instanceof Settlement.Extend);
      return settledBefore ? Settled.OK : Settled.STALE;
    }
    if (!channel.isOpen()) {
      return Settled.STALE;
    }
    if (settlement instanceof Settlement.Extend extend) {
      held.put(
          tag, new Lease(lease.module, lease.bytes, System.nanoTime() + extend.lease().toNanos()));
      return Settled.OK;
    }
    try {
      tellBroker(tag, settlement);
    } catch (IOException | AlreadyClosedException e) {
      return Settled.FAILED;
    }
    held.remove(tag);
    heldBytes -= lease.bytes;
    return Settled.OK;
  }

  private void tellBroker(long tag, Settlement settlement) throws IOException {
    switch (settlement) {
      case Settlement.Acknowledge acknowledge -> channel.basicAck(tag, false);
      case Settlement.Requeue requeue -> channel.basicNack(tag, false, true);
      case Settlement.Drop drop -> channel.basicNack(tag, false, false);
      case Settlement.Extend extend -> {}
    }
  }

  /** Gives back what consumers have held too long. */
  void expireLeases() {
    boolean any = false;
    lock.lock();
    try {
      long now = System.nanoTime();
      List<Long> over = new ArrayList<>();
      held.forEach(
          (tag, lease) -> {
            if (now - lease.endNanos > 0) {
              over.add(tag);
            }
          });
      for (long tag : over) {
        settleLocked(tag, new Settlement.Requeue());
        if (expired.size() >= REMEMBERED) {
          expired.clear();
        }
        expired.add(tag);
        any = true;
      }
    } finally {
      lock.unlock();
    }
    if (any) {
      onChange.run();
    }
  }

  /** Gives a delivery back, or to the dead letters, that no consumer has had. */
  void refuse(long tag, boolean requeue) {
    lock.lock();
    try {
      highest = Math.max(highest, tag);
      channel.basicNack(tag, false, requeue);
    } catch (IOException | AlreadyClosedException e) {
      // The channel has gone, and with it the delivery.
    } finally {
      lock.unlock();
    }
  }

  /** Closes the channel: the broker gives everything that is unsettled to others. */
  void close() {
    try {
      if (channel.isOpen()) {
        channel.close();
      }
    } catch (IOException | TimeoutException | AlreadyClosedException e) {
      Channels.abort(channel);
    }
  }
}
