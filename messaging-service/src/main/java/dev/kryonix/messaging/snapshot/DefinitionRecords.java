package dev.kryonix.messaging.snapshot;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.messaging.snapshot.Definitions.Binding;
import dev.kryonix.messaging.snapshot.Definitions.Queue;
import java.nio.charset.StandardCharsets;

/**
 * Definitions as snapshot records: of a queue the key is its name and the value its arguments as
 * JSON; of a binding the key is exchange, queue and routing key, separated by zero bytes, and the
 * value is empty.
 */
final class DefinitionRecords {
  static final String BINDINGS = "bindings";
  static final String QUEUES = "queues";
  private static final String SEPARATOR = "\0";
  private static final int BINDING_PARTS = 3;

  private DefinitionRecords() {}

  static Record record(Queue queue) {
    return Record.newBuilder()
        .setCollection(QUEUES)
        .setKey(ByteString.copyFromUtf8(queue.name()))
        .setValue(ByteString.copyFromUtf8(queue.arguments().toString()))
        .setModule(queue.module())
        .build();
  }

  static Record record(Binding binding) {
    return Record.newBuilder()
        .setCollection(BINDINGS)
        .setKey(
            ByteString.copyFromUtf8(
                String.join(SEPARATOR, binding.exchange(), binding.queue(), binding.routingKey())))
        .setModule(new Queue(binding.queue(), new JsonObject()).module())
        .build();
  }

  static Queue queue(Record record) {
    try {
      return new Queue(
          record.getKey().toString(StandardCharsets.UTF_8),
          JsonParser.parseString(record.getValue().toStringUtf8()).getAsJsonObject());
    } catch (JsonParseException | IllegalStateException e) {
      throw CommonErrors.invalidField("record.value", "not a queue of format 1");
    }
  }

  static Binding binding(Record record) {
    String[] parts = record.getKey().toStringUtf8().split(SEPARATOR, -1);
    if (parts.length != BINDING_PARTS) {
      throw CommonErrors.invalidField("record.key", "not a binding of format 1");
    }
    return new Binding(parts[0], parts[1], parts[2]);
  }
}
