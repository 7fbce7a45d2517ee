package dev.kryonix.messaging.subscribe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.AcknowledgeResponse;
import dev.kryonix.api.messaging.v1.SettlementResult;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.connection.PlatformConnection;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets the instance that made a delivery settle it: only that one has the channel on which the
 * broker waits for word. And lets all others purge what waits there of an ordered queue. A request
 * goes to the queue that the instance has of its own in the platform's vhost; when there is no such
 * queue, the instance has gone, and its deliveries with it.
 */
@Singleton
final class AckForwarding {
  /** Where answers come back: RabbitMQ's direct reply-to, which needs no queue. */
  private static final String REPLIES = "amq.rabbitmq.reply-to";

  /** What the queues of instances begin with. */
  static final String QUEUE = "kryonix.acks.";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long an instance whose connection broke may take to have its queue again. */
  private static final Duration MISSING = Duration.ofSeconds(1);

  private final PlatformConnection connection;
  private final AtomicLong calls = new AtomicLong();
  private final Map<String, CompletableFuture<Optional<byte[]>>> waiting =
      new ConcurrentHashMap<>();
  private @Nullable Channel channel;

  AckForwarding(PlatformConnection connection) {
    this.connection = connection;
  }

  /** The queue of an instance. */
  static String queue(long instance) {
    return QUEUE + Long.toHexString(instance);
  }

  List<SettlementResult> settle(
      TenantView tenant, long instance, List<String> named, AcknowledgeRequest request) {
    Settled otherwise = Settled.FAILED;
    try {
      byte[] body = request.toByteArray();
      Optional<byte[]> answer = call(tenant, queue(instance), AckPeer.SETTLE, body);
      if (answer.isEmpty()) {
        Thread.sleep(MISSING);
        answer = call(tenant, queue(instance), AckPeer.SETTLE, body);
      }
      if (answer.isPresent()) {
        return AcknowledgeResponse.parseFrom(answer.get()).getResultsList();
      }
      otherwise = Settled.STALE;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an instance does not answer as it should", e);
    } catch (IOException | TimeoutException | ShutdownSignalException | ExecutionException e) {
      // Unknown: the consumer asks again, which is harmless.
      otherwise = Settled.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Settled all = otherwise;
    return named.stream().map(token -> DeliveryProtos.result(token, all)).toList();
  }

  /**
   * Lets an instance purge what waits there of an ordered queue; how many messages that were. One
   * that has gone has none.
   */
  int purge(TenantView tenant, String instanceQueue, String ordered) throws InterruptedException {
    try {
      return call(tenant, instanceQueue, AckPeer.PURGE, ordered.getBytes(UTF_8))
          .map(answer -> Integer.parseInt(new String(answer, UTF_8)))
          .orElse(0);
    } catch (IOException | TimeoutException | ShutdownSignalException | ExecutionException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  /** Empty when there is no such instance. */
  private Optional<byte[]> call(TenantView tenant, String instanceQueue, String what, byte[] body)
      throws IOException, TimeoutException, ExecutionException, InterruptedException {
    String id = Long.toString(calls.incrementAndGet());
    CompletableFuture<Optional<byte[]>> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    try {
      BasicProperties properties =
          new BasicProperties.Builder()
              .type(what)
              .correlationId(id)
              .replyTo(REPLIES)
              .expiration(Long.toString(PATIENCE.toMillis()))
              .headers(
                  Map.of(
                      AckPeer.TENANT, tenant.id().value(),
                      AckPeer.TENANT_UID, tenant.uid().toString()))
              .build();
      send(instanceQueue, properties, body);
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      waiting.remove(id);
    }
  }

  private synchronized void send(String queue, BasicProperties properties, byte[] body)
      throws IOException, TimeoutException {
    Channel open = channel;
    if (open == null || !open.isOpen()) {
      open = open();
      channel = open;
    }
    open.basicPublish("", queue, true, properties, body);
  }

  private Channel open() throws IOException, TimeoutException {
    Channel fresh = connection.openChannel();
    fresh.addReturnListener(
        returned -> complete(returned.getProperties().getCorrelationId(), Optional.empty()));
    fresh.addShutdownListener(
        cause -> waiting.values().forEach(each -> each.completeExceptionally(cause)));
    try {
      fresh.basicConsume(
          REPLIES,
          true,
          (tag, reply) ->
              complete(reply.getProperties().getCorrelationId(), Optional.of(reply.getBody())),
          tag -> Channels.abort(fresh));
    } catch (IOException | ShutdownSignalException e) {
      Channels.abortAside(fresh);
      throw e;
    }
    return fresh;
  }

  private void complete(@Nullable String id, Optional<byte[]> answer) {
    CompletableFuture<Optional<byte[]>> call = id == null ? null : waiting.get(id);
    if (call != null) {
      call.complete(answer);
    }
  }

  @PreDestroy
  synchronized void stop() {
    Channel open = channel;
    if (open != null) {
      Channels.abort(open);
    }
  }
}
