package dev.kryonix.messaging.topology;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.Rounds;
import dev.kryonix.kit.state.PatrolBell;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.BrokerNodes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to what the broker tells of things that were deleted, and calls the patrol. The broker
 * tells it where the plugin {@code rabbitmq_event_exchange} is enabled; elsewhere the patrol comes
 * in its time.
 *
 * <p>Only deletions, of which the platform itself makes few: what is made and set would call for
 * every tenant that is provisioned.
 */
@Singleton
final class BrokerEvents implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerEvents.class);
  private static final String EVENTS = "amq.rabbitmq.event";
  private static final List<String> DELETIONS =
      List.of(
          "vhost.deleted",
          "vhost.limits.cleared",
          "user.deleted",
          "user.password.cleared",
          "permission.deleted",
          "policy.cleared",
          "exchange.deleted");
  private static final Duration PAUSE = Duration.ofSeconds(30);

  /** That something was deleted is all that matters, so one message says as much as many. */
  private static final Map<String, Object> ONE_MESSAGE = Map.of("x-max-length", 1);

  private final BrokerConfig config;
  private final BrokerNodes nodes;
  private final PatrolBell bell;
  private final Rounds rounds = new Rounds("broker-events", this::round);

  BrokerEvents(BrokerConfig config, BrokerNodes nodes, PatrolBell bell) {
    this.config = config;
    this.nodes = nodes;
    this.bell = bell;
  }

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void stop() {
    rounds.stop();
  }

  private Duration round() throws InterruptedException {
    try (Connection connection = connect()) {
      listen(connection);
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      if (isMissing(e)) {
        LOG.debug("the broker tells no events: rabbitmq_event_exchange is not enabled");
      } else {
        LOG.debug("no events for now", e);
      }
    }
    return PAUSE;
  }

  private Connection connect() throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUsername(config.user());
    factory.setPassword(config.password());
    factory.setConnectionTimeout((int) config.connectTimeout().toMillis());
    factory.setAutomaticRecoveryEnabled(false);
    return nodes.connect(factory, "kryonix-messaging events", 0);
  }

  /** Rings at every deletion until the connection ends; and once, for what nobody listened to. */
  private void listen(Connection connection)
      throws IOException, TimeoutException, InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    connection.addShutdownListener(cause -> ended.countDown());
    try (Channel channel = connection.createChannel()) {
      channel.exchangeDeclarePassive(EVENTS);
      String queue = channel.queueDeclare("", false, true, true, ONE_MESSAGE).getQueue();
      for (String deletion : DELETIONS) {
        channel.queueBind(queue, EVENTS, deletion);
      }
      channel.basicConsume(
          queue, true, (tag, event) -> bell.ring(), (tag, signal) -> ended.countDown());
      bell.ring();
      ended.await();
    }
  }

  private static boolean isMissing(Exception e) {
    return e.getCause() instanceof ShutdownSignalException signal
        && signal.getReason() instanceof AMQP.Channel.Close close
        && close.getReplyCode() == AMQP.NOT_FOUND;
  }
}
