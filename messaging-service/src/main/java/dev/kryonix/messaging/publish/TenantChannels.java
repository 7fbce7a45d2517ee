package dev.kryonix.messaging.publish;

import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.connection.BrokerConnection;
import dev.kryonix.messaging.connection.TenantConnections;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A confirm channel per tenant, opened when one is needed and forgotten when it closes. */
final class TenantChannels {
  private final TenantConnections connections;
  private final Broker broker;
  private final PublishConfig config;
  private final ConcurrentMap<TenantUid, ConfirmChannel> channels = new ConcurrentHashMap<>();

  TenantChannels(TenantConnections connections, Broker broker, PublishConfig config) {
    this.connections = connections;
    this.broker = broker;
    this.config = config;
  }

  ConfirmChannel of(TenantView tenant) {
    ConfirmChannel channel = channels.get(tenant.uid());
    if (channel != null && channel.isOpen()) {
      return channel;
    }
    BrokerConnection connection = connections.toPublish(tenant);
    return channels.compute(
        tenant.uid(),
        (uid, current) ->
            current != null && current.isOpen()
                ? current
                : new ConfirmChannel(
                    connection, broker, config, closed -> channels.remove(uid, closed)));
  }
}
