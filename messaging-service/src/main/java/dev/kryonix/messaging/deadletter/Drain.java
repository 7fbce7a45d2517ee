package dev.kryonix.messaging.deadletter;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Takes dead letters from the broker's queues of them into the database. A message is acknowledged
 * when the database has it: in between it may be in both, and its id is the same.
 */
@Singleton
final class Drain {
  private static final int AT_ONCE = 50;
  private static final long PATIENCE_MILLIS = 300;

  /** Dead letters that come in one by one would keep it waiting for as long as they do. */
  private static final Duration MOST_WAITING = Duration.ofSeconds(5);

  private final TenantConnections connections;
  private final TenantQueues queues;
  private final DeadLetterStore store;
  private final Autopsy autopsy;
  private final DeadLetterConfig config;

  Drain(
      TenantConnections connections,
      TenantQueues queues,
      DeadLetterStore store,
      Autopsy autopsy,
      DeadLetterConfig config) {
    this.connections = connections;
    this.queues = queues;
    this.store = store;
    this.autopsy = autopsy;
    this.config = config;
  }

  /**
   * Takes what there is of the tenant's now, as far as there is room. What comes in meanwhile is
   * taken, too, but not waited for without end.
   */
  void drain(TenantView tenant) throws InterruptedException {
    Set<String> names;
    try {
      names = queues.existing(tenant);
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
    for (String name : names) {
      if (Names.moduleOfDeadLetters(name).isPresent()) {
        drain(tenant, name);
      }
    }
  }

  private void drain(TenantView tenant, String queue) throws InterruptedException {
    // One for each queue: what is acknowledged is all that came on it before.
    Channel channel = connections.toConsume(tenant).openHoldingChannel();
    try {
      channel.basicQos(AT_ONCE);
      drain(tenant, channel, queue);
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.unavailable(e);
    } finally {
      // What has not been acknowledged goes back.
      Channels.abort(channel);
    }
  }

  /**
   * The count that a declaration answers is no measure: a broker that is busy answers 0. So one
   * message is asked for, and where there is one the others are awaited.
   */
  private void drain(TenantView tenant, Channel channel, String queue)
      throws IOException, InterruptedException {
    Owner owner = Owner.of(tenant);
    long room = config.maxPerTenant() - store.size(owner);
    GetResponse first = room > 0 ? channel.basicGet(queue, false) : null;
    if (first == null) {
      return;
    }
    String module = Names.moduleOfDeadLetters(queue).orElseThrow();
    List<Delivery> batch =
        List.of(new Delivery(first.getEnvelope(), first.getProps(), first.getBody()));
    BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();
    channel.basicConsume(queue, false, (tag, delivery) -> arrived.add(delivery), tag -> {});
    long waited = 0;
    while (!batch.isEmpty()) {
      store.put(owner, batch.stream().map(each -> autopsy.of(module, each)).toList());
      channel.basicAck(batch.getLast().getEnvelope().getDeliveryTag(), true);
      room -= batch.size();
      long began = System.nanoTime();
      boolean goesOn = room > 0 && waited < MOST_WAITING.toNanos();
      batch = goesOn ? batch(arrived, (int) Math.min(room, AT_ONCE)) : List.of();
      waited += System.nanoTime() - began;
    }
  }

  private static List<Delivery> batch(BlockingQueue<Delivery> arrived, int most)
      throws InterruptedException {
    List<Delivery> batch = new ArrayList<>(most);
    Delivery first = arrived.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    if (first != null) {
      batch.add(first);
      arrived.drainTo(batch, most - 1);
    }
    return batch;
  }
}
