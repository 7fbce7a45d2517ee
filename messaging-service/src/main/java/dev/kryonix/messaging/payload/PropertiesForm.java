package dev.kryonix.messaging.payload;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.ContentHeaderPropertyWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Properties in AMQP's own form: a content header's, with no weight and no size. */
public final class PropertiesForm {
  private static final int WEIGHT_AND_SIZE_BYTES = Short.BYTES + Long.BYTES;

  private PropertiesForm() {}

  public static byte[] write(BasicProperties properties) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.write(new byte[WEIGHT_AND_SIZE_BYTES]);
      properties.writePropertiesTo(new ContentHeaderPropertyWriter(out));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #write} has written; refuses what is none with UncheckedIOException. */
  public static BasicProperties read(byte[] bytes) {
    try {
      return new BasicProperties(new DataInputStream(new ByteArrayInputStream(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
