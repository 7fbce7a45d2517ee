package dev.kryonix.messaging.publish;

import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.connection.TenantConnections;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** A confirm channel per tenant, opened when one is needed and forgotten when it closes. */
final class TenantChannels {
  /**
   * One caller opens a tenant's channel, which takes the broker's answer. Not under a lock of the
   * map: a channel that closes meanwhile is taken out of it by the very thread that brings answers.
   */
  private static final int LOCKS = 256;

  private final TenantConnections connections;
  private final Broker broker;
  private final PublishConfig config;
  private final ConcurrentMap<TenantUid, ConfirmChannel> channels = new ConcurrentHashMap<>();
  private final Lock[] opening =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(Lock[]::new);

  TenantChannels(TenantConnections connections, Broker broker, PublishConfig config) {
    this.connections = connections;
    this.broker = broker;
    this.config = config;
  }

  ConfirmChannel of(TenantView tenant) {
    ConfirmChannel channel = channels.get(tenant.uid());
    return channel != null && channel.isOpen() ? channel : open(tenant);
  }

  private ConfirmChannel open(TenantView tenant) {
    TenantUid uid = tenant.uid();
    Lock lock = opening[Math.floorMod(uid.hashCode(), LOCKS)];
    lock.lock();
    try {
      ConfirmChannel current = channels.get(uid);
      if (current != null && current.isOpen()) {
        return current;
      }
      ConfirmChannel opened =
          new ConfirmChannel(
              connections.toPublish(tenant),
              broker,
              config,
              closed -> channels.remove(uid, closed));
      channels.put(uid, opened);
      if (!opened.isOpen()) {
        // It closed before it was there to be taken out.
        channels.remove(uid, opened);
      }
      return opened;
    } finally {
      lock.unlock();
    }
  }
}
