package dev.kryonix.messaging.subscribe;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 * Settles deliveries of this instance that other instances were asked to settle, and purges what
 * waits here. Tokens are checked here as those of any call are.
 */
@Singleton
final class AckPeer implements Lifecycle {
  /** The type of a request to settle. */
  static final String SETTLE = "settle";

  /** The type of a request to purge an operation's queue, which is its body. */
  static final String PURGE = "purge";

  static final String TENANT = "tenant";
  static final String TENANT_UID = "tenant-uid";

  private static final Logger LOG = LoggerFactory.getLogger(AckPeer.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  /** The queue is this instance's alone and ends with its connection. */
  private static final Map<String, Object> CLASSIC = Map.of("x-queue-type", "classic");

  private final PlatformConnection connection;
  private final Settlements settlements;
  private final OrderedQueues ordered;
  private final TenantDirectory tenants;
  private final String queue;
  private @Nullable Thread watch;

  AckPeer(
      PlatformConnection connection,
      Settlements settlements,
      OrderedQueues ordered,
      TenantDirectory tenants,
      AckTokens tokens) {
    this.connection = connection;
    this.settlements = settlements;
    this.ordered = ordered;
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
      byte[] answer =
          PURGE.equals(properties.getType())
              ? purge(tenant, request.getBody())
              : settle(tenant, request.getBody());
      BasicProperties reply =
          new BasicProperties.Builder().correlationId(properties.getCorrelationId()).build();
      synchronized (channel) {
        channel.basicPublish("", properties.getReplyTo(), reply, answer);
      }
    } catch (InvalidProtocolBufferException | ShutdownSignalException e) {
      LOG.warn("a request of another instance cannot be answered", e);
    } catch (IOException e) {
      LOG.debug("the other instance hears nothing", e);
    }
  }

  private byte[] settle(Optional<TenantView> tenant, byte[] body)
      throws InvalidProtocolBufferException {
    AcknowledgeRequest asked = AcknowledgeRequest.parseFrom(body);
    AcknowledgeResponse.Builder response = AcknowledgeResponse.newBuilder();
    tenant.ifPresent(view -> response.addAllResults(settlements.settle(view, asked)));
    return response.build().toByteArray();
  }

  private byte[] purge(Optional<TenantView> tenant, byte[] queue) {
    int purged = tenant.map(view -> ordered.purge(view.uid(), new String(queue, UTF_8))).orElse(0);
    return Integer.toString(purged).getBytes(UTF_8);
  }

  private Optional<TenantView> tenant(BasicProperties properties) {
    Map<String, Object> headers = properties.getHeaders();
    return TenantId.parse(String.valueOf(headers.get(TENANT)))
        .flatMap(id -> tenants.find(id, TenantUid.parse(String.valueOf(headers.get(TENANT_UID)))));
  }
}
