package dev.kryonix.messaging.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.connection.BrokerConnection;
import dev.kryonix.messaging.connection.Socket;
import dev.kryonix.messaging.payload.Envelope.Packed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A channel in confirm mode with many messages in flight. Callers put messages into a line, and
 * wait for their confirms apart from each other. The socket's thread, which takes the confirms too,
 * writes what stands in the line, as much at a time as the socket takes, and never waits.
 *
 * <p>Every message is mandatory. The broker returns what no queue takes before it confirms it, and
 * a message that came back does not count as confirmed.
 */
final class ConfirmChannel {
  /** How long messages that were sent before an alarm may still be confirmed. */
  private static final Duration AFTER_ALARM = Duration.ofSeconds(2);

  private static final int LOOKS_PER_TIMEOUT = 10;

  private final BrokerConnection connection;
  private final Socket socket;
  private final Broker broker;
  private final Duration timeout;
  private final Channel channel;
  private final Window window;
  private final LongConsumer onConfirm;
  private final Queue<InFlight> line = new ConcurrentLinkedQueue<>();

  /** Whether the socket's thread has been called to the line and has not come yet. */
  private final AtomicBoolean called = new AtomicBoolean();

  private final ReentrantLock lock = new ReentrantLock();

  /** What has been written, by the broker's tags, in their order; guarded by the lock. */
  private final Map<Long, InFlight> sent = new LinkedHashMap<>();

  private long lastTag;

  private final Silence silence;

  /** Whether another look at what waits is due; the socket's thread's. */
  private boolean watched;

  /**
   * Opens one.
   *
   * @param onConfirm told of each message that is confirmed, by when it was put in line
   * @param onClose told when the channel has closed
   */
  ConfirmChannel(
      BrokerConnection connection,
      Broker broker,
      PublishConfig config,
      LongConsumer onConfirm,
      Consumer<ConfirmChannel> onClose) {
    this.connection = connection;
    this.socket = connection.socket();
    this.broker = broker;
    this.timeout = config.confirmTimeout();
    this.window = new Window(config.window(), timeout);
    this.onConfirm = onConfirm;
    this.silence = new Silence(timeout, System.nanoTime());
    this.channel = connection.openConfirmingChannel();
    channel.addConfirmListener(
        (tag, multiple) -> answered(tag, multiple, Outcome.CONFIRMED),
        (tag, multiple) -> answered(tag, multiple, Outcome.REFUSED));
    channel.addReturnListener(
        returned ->
            markReturned(new Mark(returned.getExchange(), identity(returned.getProperties()))));
    Runnable writer = this::callWriter;
    connection.onBlocked(channel, this::giveUpSoon);
    socket.onWritable(writer);
    channel.addShutdownListener(
        cause -> {
          socket.forget(writer);
          end();
          onClose.accept(this);
        });
  }

  /** What a message is known by that comes back: copies of it go to other exchanges. */
  private record Mark(String exchange, String id) {}

  /** A message that the broker has not answered yet. */
  private static final class InFlight {
    final Mark mark;
    final String routingKey;
    final Packed message;
    final Runnable gone;
    final long since = System.nanoTime();
    final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    volatile boolean returned;

    InFlight(Mark mark, String routingKey, Packed message, Runnable gone) {
      this.mark = mark;
      this.routingKey = routingKey;
      this.message = message;
      this.gone = gone;
    }
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Puts the message in line and returns what will become of it; a message that was not written
   * ends with the refusal. Waits while the window is full; refuses when it stays so, when as many
   * wait already, or when the broker takes nothing.
   *
   * @param gone runs once the message takes no memory here any more, which may be after its outcome
   */
  CompletableFuture<Outcome> publish(Destination to, Packed message, Runnable gone)
      throws InterruptedException {
    requireTaking();
    window.enter();
    return putInLine(to, message, gone);
  }

  /** As {@link #publish}; empty, and nothing has happened, where that would wait. */
  Optional<CompletableFuture<Outcome>> publishAtOnce(
      Destination to, Packed message, Runnable gone) {
    requireTaking();
    return window.tryEnter() ? Optional.of(putInLine(to, message, gone)) : Optional.empty();
  }

  private void requireTaking() {
    if (takesNothing()) {
      throw BrokerErrors.blocked();
    }
  }

  private boolean takesNothing() {
    return connection.isBlocked() || broker.isAlarmed();
  }

  private CompletableFuture<Outcome> putInLine(Destination to, Packed message, Runnable gone) {
    InFlight entry =
        new InFlight(
            new Mark(to.exchange(), identity(message.properties())),
            to.routingKey(),
            message,
            gone);
    line.add(entry);
    callWriter();
    if (!channel.isOpen()) {
      end();
    }
    connection.touch();
    return entry.outcome;
  }

  private void callWriter() {
    if (!called.get() && called.compareAndSet(false, true) && !socket.execute(this::writeLine)) {
      end();
    }
  }

  private void writeLine() {
    called.set(false);
    watch();
    while (socket.isWritable()) {
      InFlight next = line.poll();
      if (next == null) {
        break;
      }
      write(next);
    }
    if (!channel.isOpen()) {
      end();
    }
  }

  private void write(InFlight entry) {
    try {
      channel.basicPublish(
          entry.mark.exchange,
          entry.routingKey,
          true,
          entry.message.properties(),
          entry.message.body());
    } catch (IOException | AlreadyClosedException e) {
      fail(entry, BrokerErrors.unavailable(e));
      return;
    } catch (RuntimeException e) {
      // Nothing has been written, and the broker counts what is.
      leave(entry);
      entry.outcome.completeExceptionally(e);
      return;
    }
    // Its confirm comes on this thread, and so after this.
    lock.lock();
    try {
      lastTag++;
      sent.put(lastTag, entry);
    } finally {
      lock.unlock();
    }
  }

  /** A message that moves within the broker may be there twice, so a move has an id of its own. */
  private static String identity(AMQP.BasicProperties properties) {
    String move = properties.getCorrelationId();
    return move == null ? properties.getMessageId() : move;
  }

  private void markReturned(Mark mark) {
    lock.lock();
    try {
      for (InFlight entry : sent.values()) {
        if (entry.mark.equals(mark) && !entry.returned) {
          entry.returned = true;
          return;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private OptionalLong oldest() {
    InFlight first;
    lock.lock();
    try {
      first = sent.isEmpty() ? line.peek() : sent.values().iterator().next();
    } finally {
      lock.unlock();
    }
    return first == null ? OptionalLong.empty() : OptionalLong.of(first.since);
  }

  private void answered(long tag, boolean multiple, Outcome outcome) {
    silence.breakAt(System.nanoTime());
    settle(tag, multiple, outcome);
  }

  private void settle(long tag, boolean multiple, Outcome outcome) {
    List<InFlight> settled = new ArrayList<>();
    lock.lock();
    try {
      if (multiple) {
        Iterator<Map.Entry<Long, InFlight>> first = sent.entrySet().iterator();
        while (first.hasNext()) {
          Map.Entry<Long, InFlight> entry = first.next();
          if (entry.getKey() > tag) {
            break;
          }
          settled.add(entry.getValue());
          first.remove();
        }
      } else {
        InFlight entry = sent.remove(tag);
        if (entry != null) {
          settled.add(entry);
        }
      }
    } finally {
      lock.unlock();
    }
    for (InFlight entry : settled) {
      leave(entry);
      if (outcome == Outcome.CONFIRMED) {
        onConfirm.accept(entry.since);
      }
      boolean unroutable = outcome == Outcome.CONFIRMED && entry.returned;
      entry.outcome.complete(unroutable ? Outcome.RETURNED : outcome);
    }
  }

  private void leave(InFlight entry) {
    window.leave();
    entry.gone.run();
  }

  private void fail(InFlight entry, ServiceException refusal) {
    leave(entry);
    entry.outcome.completeExceptionally(refusal);
  }

  /** The channel has closed: nobody knows what became of what was written. */
  private void end() {
    settle(Long.MAX_VALUE, true, Outcome.LOST);
    ShutdownSignalException reason = channel.getCloseReason();
    for (InFlight entry = line.poll(); entry != null; entry = line.poll()) {
      fail(
          entry,
          BrokerErrors.unavailable(
              reason == null ? new IOException("the connection's thread has ended") : reason));
    }
  }

  /**
   * The broker reads no further: what it has read it confirms, and of the rest nobody knows until
   * the alarm is over. What stands in the line is not written then.
   */
  private void giveUpSoon() {
    broker.noteAlarm();
    socket.schedule(
        () -> {
          if (connection.isBlocked()) {
            settle(Long.MAX_VALUE, true, Outcome.LOST);
            for (InFlight entry = line.poll(); entry != null; entry = line.poll()) {
              fail(entry, BrokerErrors.blocked());
            }
          }
        },
        AFTER_ALARM);
  }

  private void watch() {
    if (!watched) {
      watched = true;
      socket.schedule(this::look, timeout.dividedBy(LOOKS_PER_TIMEOUT));
    }
  }

  /** Looks whether the broker still answers, and who has waited for too long. */
  private void look() {
    long now = System.nanoTime();
    if (takesNothing()) {
      silence.breakAt(now);
    } else if (silence.lasts(oldest(), now)) {
      // Another connection may lead to another node.
      connection.abandon();
    }
    endLate(now);
    watched = false;
    if (oldest().isPresent()) {
      watch();
    }
  }

  /** Lets nobody wait longer than the timeout; what was written keeps its place until it ends. */
  private void endLate(long now) {
    List<InFlight> late = new ArrayList<>();
    lock.lock();
    try {
      for (InFlight entry : sent.values()) {
        if (!isLate(entry, now)) {
          break;
        }
        late.add(entry);
      }
    } finally {
      lock.unlock();
    }
    late.forEach(entry -> entry.outcome.complete(Outcome.LOST));
    for (InFlight first = line.peek(); first != null && isLate(first, now); first = line.peek()) {
      InFlight refused = line.poll();
      if (refused != null) {
        fail(refused, BrokerErrors.blocked());
      }
    }
  }

  private boolean isLate(InFlight entry, long now) {
    return now - entry.since > timeout.toNanos();
  }
}
