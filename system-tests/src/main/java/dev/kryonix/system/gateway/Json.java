package dev.kryonix.system.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;

/** Messages of the contracts as proto3 JSON, error details included. */
public final class Json {
  private static final TypeRegistry TYPES =
      TypeRegistry.newBuilder().add(ErrorDetailsProto.getDescriptor().getMessageTypes()).build();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().usingTypeRegistry(TYPES).omittingInsignificantWhitespace();
  // Strict: a field that the contract does not have is a defect of the answer.
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().usingTypeRegistry(TYPES);

  private Json() {}

  /** The JSON text of a message. */
  public static String write(Message message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The message in a JSON text. */
  public static <M extends Message> M read(String json, M type)
      throws InvalidProtocolBufferException {
    Message.Builder into = type.newBuilderForType();
    PARSER.merge(json, into);
    // A builder builds messages of the type that it came from.
    @SuppressWarnings("unchecked")
    M message = (M) into.build();
    return message;
  }
}
