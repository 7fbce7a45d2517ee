package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.Channel;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All channels of this process on which consumers hold deliveries: finds the one that a delivery
 * was made on, whichever stream or call settles it, and ends the leases that are over.
 */
@Singleton
final class Leases {
  private static final int LOOKS_PER_SECOND = 2;
  private static final long LOOK_MILLIS = 1000 / LOOKS_PER_SECOND;

  private final Map<Long, LeasedChannel> channels = new ConcurrentHashMap<>();
  private final AtomicLong epochs = new AtomicLong(new SecureRandom().nextInt());
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("leases").factory());

  Leases() {
    clock.scheduleWithFixedDelay(
        () -> channels.values().forEach(LeasedChannel::expireLeases),
        LOOK_MILLIS,
        LOOK_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /** Takes the channel in; it leaves when it closes. */
  LeasedChannel open(Channel channel, Aftercare aftercare) {
    LeasedChannel leased = new LeasedChannel(epochs.incrementAndGet(), channel, aftercare);
    channels.put(leased.epoch(), leased);
    channel.addShutdownListener(cause -> channels.remove(leased.epoch()));
    return leased;
  }

  /** Settles a delivery of this process. */
  Settled settle(AckTokens.Delivered delivery, Settlement settlement) {
    LeasedChannel channel = channels.get(delivery.epoch());
    return channel == null ? Settled.STALE : channel.settle(delivery.id(), settlement);
  }

  /** Acknowledges deliveries of one channel of this process. */
  List<Settled> acknowledge(long epoch, List<Long> ids) {
    LeasedChannel channel = channels.get(epoch);
    return channel == null
        ? Collections.nCopies(ids.size(), Settled.STALE)
        : channel.acknowledge(ids);
  }

  @PreDestroy
  void stop() {
    clock.shutdownNow();
  }
}
