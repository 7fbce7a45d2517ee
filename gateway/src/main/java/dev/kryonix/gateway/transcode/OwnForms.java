package dev.kryonix.gateway.transcode;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;

/**
 * Messages with a JSON form of their own, read by protobuf's JsonFormat, which knows these forms.
 */
final class OwnForms {
  private OwnForms() {}

  /** A message whose JSON is one string. */
  static Message fromText(Descriptor type, String text) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    read(new JsonPrimitive(text), message, TypeRegistry.getEmptyTypeRegistry());
    return message.build();
  }

  static void read(JsonElement json, Message.Builder into, TypeRegistry types) {
    try {
      JsonFormat.parser().usingTypeRegistry(types).merge(json.toString(), into);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "not a " + into.getDescriptorForType().getName() + " in JSON", e);
    }
  }
}
