package dev.kryonix.messaging.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.connection.BrokerConnection;
import dev.kryonix.messaging.payload.Envelope.Packed;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A channel in confirm mode with many messages in flight. Callers write one after the other under a
 * lock, because a channel must not be shared for publishing, and wait for their confirms apart from
 * each other; the broker's confirms, which may cover ranges, are taken on the event loop.
 *
 * <p>Every message is mandatory. The broker returns what no queue takes before it confirms it, and
 * a message that came back does not count as confirmed.
 */
final class ConfirmChannel {
  /** How long messages that were sent before an alarm may still be confirmed. */
  private static final long AFTER_ALARM_MILLIS = 2000;

  private final BrokerConnection connection;
  private final Broker broker;
  private final Channel channel;
  private final Window window;
  private final ReentrantLock writing = new ReentrantLock();
  private final ConcurrentNavigableMap<Long, InFlight> inFlight = new ConcurrentSkipListMap<>();
  private final Map<Mark, InFlight> byMark = new ConcurrentHashMap<>();
  private final Silence silence;

  ConfirmChannel(
      BrokerConnection connection,
      Broker broker,
      PublishConfig config,
      Consumer<ConfirmChannel> onClose) {
    this.connection = connection;
    this.broker = broker;
    this.window = new Window(config.window(), config.confirmTimeout());
    this.silence = new Silence(config.confirmTimeout(), this::oldest, this::giveUp);
    this.channel = connection.openChannel();
    try {
      channel.confirmSelect();
    } catch (IOException | AlreadyClosedException e) {
      throw BrokerErrors.unavailable(e);
    }
    channel.addConfirmListener(
        (tag, multiple) -> answered(tag, multiple, Outcome.CONFIRMED),
        (tag, multiple) -> answered(tag, multiple, Outcome.REFUSED));
    channel.addReturnListener(
        returned ->
            markReturned(new Mark(returned.getExchange(), identity(returned.getProperties()))));
    connection.onBlocked(channel, this::giveUpSoon);
    channel.addShutdownListener(
        cause -> {
          settle(Long.MAX_VALUE, true, Outcome.LOST);
          onClose.accept(this);
        });
  }

  /** What a message is known by that comes back: copies of it go to other exchanges. */
  private record Mark(String exchange, String id) {}

  /** A message that the broker has not answered yet. */
  private static final class InFlight {
    final Mark mark;
    final long since = System.nanoTime();
    final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    volatile boolean returned;

    InFlight(Mark mark) {
      this.mark = mark;
    }
  }

  /**
   * The broker reads no further: what it has read it confirms, and of the rest nobody knows until
   * the alarm is over.
   */
  private void giveUpSoon() {
    broker.noteAlarm();
    CompletableFuture.delayedExecutor(AFTER_ALARM_MILLIS, TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              if (connection.isBlocked()) {
                settle(Long.MAX_VALUE, true, Outcome.LOST);
              }
            });
  }

  private OptionalLong oldest() {
    Map.Entry<Long, InFlight> first = inFlight.firstEntry();
    return first == null ? OptionalLong.empty() : OptionalLong.of(first.getValue().since);
  }

  /** Another connection may lead to another node; during an alarm none leads anywhere. */
  private void giveUp() {
    if (!connection.isBlocked() && !broker.isAlarmed()) {
      connection.abandon();
    }
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Writes the message and returns what will become of it. Waits while the window is full; refuses
   * when it stays so, when as many wait already, when the broker takes nothing, or when it has
   * gone.
   */
  CompletableFuture<Outcome> publish(String exchange, String routingKey, Packed message)
      throws InterruptedException {
    if (connection.isBlocked() || broker.isAlarmed()) {
      throw BrokerErrors.blocked();
    }
    window.enter();
    InFlight entry = new InFlight(new Mark(exchange, identity(message.properties())));
    entry.outcome.whenComplete((outcome, error) -> window.leave());
    writing.lock();
    try {
      long tag = channel.getNextPublishSeqNo();
      inFlight.put(tag, entry);
      byMark.put(entry.mark, entry);
      write(routingKey, message, tag, entry);
    } finally {
      writing.unlock();
    }
    silence.sent();
    if (!channel.isOpen()) {
      settle(Long.MAX_VALUE, true, Outcome.LOST);
    }
    connection.touch();
    return entry.outcome;
  }

  private void write(String routingKey, Packed message, long tag, InFlight entry) {
    try {
      channel.basicPublish(
          entry.mark.exchange, routingKey, true, message.properties(), message.body());
    } catch (IOException | AlreadyClosedException e) {
      finish(tag, Outcome.LOST);
      throw BrokerErrors.unavailable(e);
    }
  }

  /** A message that moves within the broker may be there twice, so a move has an id of its own. */
  private static String identity(AMQP.BasicProperties properties) {
    String move = properties.getCorrelationId();
    return move == null ? properties.getMessageId() : move;
  }

  private void markReturned(Mark mark) {
    InFlight entry = byMark.get(mark);
    if (entry != null) {
      entry.returned = true;
    }
  }

  private void answered(long tag, boolean multiple, Outcome outcome) {
    silence.heard();
    settle(tag, multiple, outcome);
  }

  private void settle(long tag, boolean multiple, Outcome outcome) {
    if (!multiple) {
      finish(tag, outcome);
      return;
    }
    inFlight.headMap(tag, true).keySet().forEach(each -> finish(each, outcome));
  }

  private void finish(long tag, Outcome outcome) {
    InFlight entry = inFlight.remove(tag);
    if (entry != null) {
      byMark.remove(entry.mark, entry);
      boolean unroutable = outcome == Outcome.CONFIRMED && entry.returned;
      entry.outcome.complete(unroutable ? Outcome.RETURNED : outcome);
    }
  }
}
