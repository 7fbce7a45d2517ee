package dev.kryonix.messaging.subscribe;

import com.google.protobuf.InvalidProtocolBufferException;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.AcknowledgeResponse;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.connection.PlatformConnection;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles deliveries of this instance that other instances were asked to settle. Tokens are checked
 * here as those of any call are.
 */
@Singleton
final class AckPeer implements Lifecycle {
  static final String TENANT = "tenant";
  static final String TENANT_UID = "tenant-uid";

  private static final Logger LOG = LoggerFactory.getLogger(AckPeer.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  /** The queue is this instance's alone and ends with its connection. */
  private static final Map<String, Object> CLASSIC = Map.of("x-queue-type", "classic");

  private final PlatformConnection connection;
  private final Settlements settlements;
  private final TenantDirectory tenants;
  private final String queue;
  private @Nullable Thread watch;

  AckPeer(
      PlatformConnection connection,
      Settlements settlements,
      TenantDirectory tenants,
      AckTokens tokens) {
    this.connection = connection;
    this.settlements = settlements;
    this.tenants = tenants;
    this.queue = AckForwarding.queue(tokens.instance());
  }

  @Override
  public void start() {
    watch = Thread.ofVirtual().name("ack-peer").start(this::run);
  }

  /** Goes on while calls are drained: others still settle what was delivered here. */
  @Override
  public void stop() {}

  @PreDestroy
  void end() {
    Thread running = watch;
    if (running != null) {
      running.interrupt();
    }
  }

  private void run() {
    Channel channel = null;
    try {
      while (true) {
        if (channel == null || !channel.isOpen()) {
          channel = listen();
        }
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (channel != null) {
        Channels.abort(channel);
      }
    }
  }

  private @Nullable Channel listen() {
    try {
      Channel channel = connection.openChannel();
      try {
        consume(channel);
        return channel;
      } catch (IOException | ShutdownSignalException e) {
        Channels.abortAside(channel);
        throw e;
      }
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      LOG.debug("the broker is away", e);
      return null;
    }
  }

  private void consume(Channel channel) throws IOException {
    channel.queueDeclare(queue, false, true, true, CLASSIC);
    channel.basicConsume(
        queue,
        true,
        (tag, request) ->
            Thread.ofVirtual().name("ack-of-peer").start(() -> answer(channel, request)),
        tag -> Channels.abort(channel));
  }

  private void answer(Channel channel, Delivery request) {
    BasicProperties properties = request.getProperties();
    try {
      Optional<TenantView> tenant = tenant(properties);
      AcknowledgeResponse.Builder response = AcknowledgeResponse.newBuilder();
      AcknowledgeRequest asked = AcknowledgeRequest.parseFrom(request.getBody());
      tenant.ifPresent(view -> response.addAllResults(settlements.settle(view, asked)));
      BasicProperties reply =
          new BasicProperties.Builder().correlationId(properties.getCorrelationId()).build();
      synchronized (channel) {
        channel.basicPublish("", properties.getReplyTo(), reply, response.build().toByteArray());
      }
    } catch (InvalidProtocolBufferException | ShutdownSignalException e) {
      LOG.warn("a request of another instance cannot be answered", e);
    } catch (IOException e) {
      LOG.debug("the other instance hears nothing", e);
    }
  }

  private Optional<TenantView> tenant(BasicProperties properties) {
    Map<String, Object> headers = properties.getHeaders();
    return TenantId.parse(String.valueOf(headers.get(TENANT)))
        .flatMap(id -> tenants.find(id, TenantUid.parse(String.valueOf(headers.get(TENANT_UID)))));
  }
}
