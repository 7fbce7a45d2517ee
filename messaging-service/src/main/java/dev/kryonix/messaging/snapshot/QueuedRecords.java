package dev.kryonix.messaging.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.payload.Portable;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.retry.ParkedStore;
import dev.kryonix.messaging.retry.Waits;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import jakarta.inject.Singleton;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that wait in queues as snapshot records. The key is the broker's queue, a zero byte and
 * the message's place in it as 8 bytes, so that they come back in their order; the value the queue
 * that it is to come back to, with the length before it, and the message. One on the retry ladder
 * comes back to the queue that it left, and says itself when it is due. A record ends when the
 * message has waited for as long as it may.
 */
@Singleton
final class QueuedRecords {
  static final String COLLECTION = "queued";
  private static final Logger LOG = LoggerFactory.getLogger(QueuedRecords.class);

  private final Operations operations;
  private final ParkedStore parked;
  private final Portable portable;

  QueuedRecords(Operations operations, ParkedStore parked, Portable portable) {
    this.operations = operations;
    this.parked = parked;
    this.portable = portable;
  }

  /** A message on its way back. */
  record Restored(String queue, Packed packed) {}

  /** The module of a queue whose messages are copied; empty for one that has none of them. */
  static Optional<String> module(String queue) {
    if (queue.startsWith(Names.RETRY + ".")) {
      return Optional.of("");
    }
    return queue.startsWith(Names.OWN) || Names.moduleOfDeadLetters(queue).isPresent()
        ? Optional.empty()
        : Optional.of(new Definitions.Queue(queue, new com.google.gson.JsonObject()).module());
  }

  /** The record of a message; empty for one that nobody could ever do anything with. */
  Optional<Record> record(TenantView tenant, String queue, long place, Delivery delivery) {
    BasicProperties properties = delivery.getProperties();
    String home = queue.startsWith(Names.OWN) ? delivery.getEnvelope().getRoutingKey() : queue;
    Optional<LiveQueue> operation = operations.ofQueue(home);
    if (operation.isEmpty()) {
      LOG.warn(
          "a message of tenant {} for {} is of no operation: not backed up", tenant.id(), home);
      return Optional.empty();
    }
    byte[] message = message(tenant, home, operation.get(), properties, delivery.getBody());
    byte[] name = home.getBytes(StandardCharsets.UTF_8);
    Instant end = Waits.end(operation.get(), properties);
    return Optional.of(
        Record.newBuilder()
            .setCollection(COLLECTION)
            .setKey(key(queue, place))
            .setValue(
                ByteString.copyFrom(
                    ByteBuffer.allocate(Integer.BYTES + name.length + message.length)
                        .putInt(name.length)
                        .put(name)
                        .put(message)
                        .flip()))
            .setModule(operation.get().module())
            .setExpireTime(
                Timestamp.newBuilder().setSeconds(end.getEpochSecond()).setNanos(end.getNano()))
            .build());
  }

  /** One that cannot be opened is kept as it lies: it becomes a dead letter here or there. */
  private byte[] message(
      TenantView tenant,
      String home,
      LiveQueue operation,
      BasicProperties properties,
      byte[] body) {
    BasicProperties told =
        Names.isOrdered(home)
            ? Waits.withAttempts(
                properties, parked.find(Owner.of(tenant), operation.name(), id(properties)))
            : properties;
    BasicProperties waiting = Waits.withSince(told);
    try {
      return portable.of(tenant, waiting, body);
    } catch (PayloadCorruptException e) {
      return portable.asItLies(waiting, body);
    }
  }

  private static String id(BasicProperties properties) {
    return properties.getMessageId() == null ? "" : properties.getMessageId();
  }

  static ByteString key(String queue, long place) {
    byte[] name = queue.getBytes(StandardCharsets.UTF_8);
    return ByteString.copyFrom(
        ByteBuffer.allocate(name.length + 1 + Long.BYTES)
            .put(name)
            .put((byte) 0)
            .putLong(place)
            .flip());
  }

  /** The message of a record, sealed for the tenant, and marked as one that may have been had. */
  Restored restored(TenantView tenant, Record record) {
    ByteBuffer in = record.getValue().asReadOnlyByteBuffer();
    try {
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw malformed();
      }
      byte[] name = new byte[length];
      in.get(name);
      String queue = new String(name, StandardCharsets.UTF_8);
      Packed packed = portable.read(tenant, in);
      if (operations.ofQueue(queue).isEmpty() || packed.properties().getMessageId() == null) {
        throw malformed();
      }
      return new Restored(queue, new Packed(Envelope.again(packed.properties()), packed.body()));
    } catch (BufferUnderflowException e) {
      throw malformed();
    }
  }

  private static RuntimeException malformed() {
    return CommonErrors.invalidField("record.value", "not a queued message of format 2");
  }
}
