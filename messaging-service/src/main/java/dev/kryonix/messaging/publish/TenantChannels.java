package dev.kryonix.messaging.publish;

import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.connection.TenantConnections;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Some confirm channels per tenant, each opened when it is needed and forgotten when it closes. The
 * broker has a process for each, and a window of messages in it.
 */
final class TenantChannels {
  /**
   * One caller opens a tenant's channel, which takes the broker's answer. Not under a lock of the
   * map: a channel that closes meanwhile is taken out of it by the very thread that brings answers.
   */
  private static final int LOCKS = 256;

  private final TenantConnections connections;
  private final Broker broker;
  private final PublishConfig config;
  private final FairShare share;
  private final ConcurrentMap<Key, ConfirmChannel> channels = new ConcurrentHashMap<>();
  private final Lock[] opening =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(Lock[]::new);

  TenantChannels(
      TenantConnections connections, Broker broker, PublishConfig config, FairShare share) {
    this.connections = connections;
    this.broker = broker;
    this.config = config;
    this.share = share;
  }

  private record Key(TenantUid tenant, int number) {}

  /** The channel that all messages of the strand go over, as long as it is open. */
  ConfirmChannel of(TenantView tenant, Strand strand) {
    Key key = key(tenant, strand);
    return ifOpen(key).orElseGet(() -> open(tenant, key));
  }

  /** The same channel; empty while it has to be opened. */
  Optional<ConfirmChannel> ifOpen(TenantView tenant, Strand strand) {
    return ifOpen(key(tenant, strand));
  }

  private Optional<ConfirmChannel> ifOpen(Key key) {
    return Optional.ofNullable(channels.get(key)).filter(ConfirmChannel::isOpen);
  }

  private Key key(TenantView tenant, Strand strand) {
    return new Key(tenant.uid(), Math.floorMod(strand.number(), config.channels()));
  }

  private ConfirmChannel open(TenantView tenant, Key key) {
    EventLoops.requireNone();
    Lock lock = opening[Math.floorMod(key.hashCode(), LOCKS)];
    lock.lock();
    try {
      ConfirmChannel current = channels.get(key);
      if (current != null && current.isOpen()) {
        return current;
      }
      ConfirmChannel opened =
          new ConfirmChannel(
              connections.toPublish(tenant),
              broker,
              config,
              since -> share.confirmed(tenant.uid(), since),
              closed -> channels.remove(key, closed));
      channels.put(key, opened);
      if (!opened.isOpen()) {
        // It closed before it was there to be taken out.
        channels.remove(key, opened);
      }
      return opened;
    } finally {
      lock.unlock();
    }
  }
}
