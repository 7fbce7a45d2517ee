package dev.kryonix.messaging.payload;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.Envelope.Packed;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The form of a broker's message in a backup: opened, because a backup is sealed under keys of its
 * own and outlives the tenant's. Its bytes: whether it is opened, the length of its properties, the
 * properties in AMQP's form, the payload.
 */
@Singleton
public final class Portable {
  private static final byte OPENED = 1;
  private static final byte AS_IT_LAY = 2;

  private final Envelope envelope;

  public Portable(Envelope envelope) {
    this.envelope = envelope;
  }

  /** The message, opened. */
  public byte[] of(TenantView tenant, BasicProperties properties, byte[] body)
      throws PayloadCorruptException {
    return write(OPENED, envelope.opened(tenant, properties, body));
  }

  /** The message as it lies: one that cannot be opened any more stays what it is. */
  public byte[] asItLies(BasicProperties properties, byte[] body) {
    return write(AS_IT_LAY, new Packed(properties, body));
  }

  /** The message, sealed under the tenant's key of now; refuses what is none. */
  public Packed read(TenantView tenant, ByteBuffer in) {
    try {
      byte form = in.get();
      int length = in.getInt();
      if (length < 0 || length > in.remaining() || (form != OPENED && form != AS_IT_LAY)) {
        throw malformed();
      }
      byte[] properties = new byte[length];
      in.get(properties);
      byte[] body = new byte[in.remaining()];
      in.get(body);
      // A priority would let RabbitMQ 4 change the order of a queue.
      Packed packed =
          new Packed(PropertiesForm.read(properties).builder().priority(null).build(), body);
      return form == OPENED ? envelope.sealed(tenant, packed) : packed;
    } catch (BufferUnderflowException | UncheckedIOException e) {
      throw malformed();
    }
  }

  private static byte[] write(byte form, Packed packed) {
    byte[] properties = PropertiesForm.write(packed.properties());
    return ByteBuffer.allocate(1 + Integer.BYTES + properties.length + packed.body().length)
        .put(form)
        .putInt(properties.length)
        .put(properties)
        .put(packed.body())
        .array();
  }

  private static RuntimeException malformed() {
    return CommonErrors.invalidField("record.value", "not a message of format 2");
  }
}
