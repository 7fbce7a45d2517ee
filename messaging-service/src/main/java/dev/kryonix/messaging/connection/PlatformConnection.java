package dev.kryonix.messaging.connection;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.BrokerNodes;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The service's own connection to the vhost that is the platform's and that no tenant may enter,
 * for what its instances have to say to each other. Opened when first used, and again when it has
 * gone.
 */
@Singleton
public final class PlatformConnection {
  private static final int RPC_TIMEOUT_MILLIS = 10_000;
  private static final int HEARTBEAT_SECONDS = 10;

  private final BrokerConfig config;
  private final BrokerNodes nodes;
  private final ExecutorService consumers = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable Connection connection;

  public PlatformConnection(BrokerConfig config, BrokerNodes nodes) {
    this.config = config;
    this.nodes = nodes;
  }

  /** A channel of its own, which whoever asked for it closes. */
  public synchronized Channel openChannel() throws IOException, TimeoutException {
    Connection open = connection;
    if (open == null || !open.isOpen()) {
      open = connect();
      connection = open;
    }
    Channel channel = open.createChannel();
    if (channel == null) {
      throw new IOException("the connection has no channel left");
    }
    return channel;
  }

  private Connection connect() throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUsername(config.user());
    factory.setPassword(config.password());
    factory.setVirtualHost(Broker.PLATFORM_VHOST);
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    factory.setConnectionTimeout((int) config.connectTimeout().toMillis());
    factory.setHandshakeTimeout((int) config.connectTimeout().toMillis());
    factory.setChannelRpcTimeout(RPC_TIMEOUT_MILLIS);
    factory.setRequestedHeartbeat(HEARTBEAT_SECONDS);
    factory.setSharedExecutor(consumers);
    return nodes.connect(factory, "kryonix-messaging platform", 0);
  }

  @PreDestroy
  synchronized void stop() {
    Connection open = connection;
    if (open != null) {
      open.abort(1000);
    }
    consumers.shutdown();
  }
}
