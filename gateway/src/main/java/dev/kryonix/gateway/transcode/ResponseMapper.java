package dev.kryonix.gateway.transcode;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.kryonix.gateway.contract.Contract;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Turns response messages into HTTP bodies: proto3 JSON, or the raw bytes of a google.api.HttpBody.
 */
public final class ResponseMapper {
  private final JsonFormat.Printer printer;

  public ResponseMapper(Contract contract) {
    printer =
        JsonFormat.printer().usingTypeRegistry(contract.types()).omittingInsignificantWhitespace();
  }

  /** The body of one response message. */
  public HttpContent map(Binding binding, byte[] response) throws InvalidProtocolBufferException {
    Message message = DynamicMessage.parseFrom(binding.rpc().method().getOutputType(), response);
    if (binding.responseField().isEmpty()) {
      return content(message);
    }
    FieldDescriptor field = binding.responseField().get();
    if (!field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      return content((Message) message.getField(field));
    }
    return json(fieldJson(message, field));
  }

  /** Whether the answer is raw bytes of a type that the service chooses. */
  public static boolean isRaw(Binding binding) {
    Descriptor type = binding.rpc().method().getOutputType();
    return binding
        .responseField()
        .map(field -> WellKnown.isMessage(field, WellKnown.HTTP_BODY))
        .orElseGet(() -> type.getFullName().equals(WellKnown.HTTP_BODY));
  }

  private HttpContent content(Message message) throws InvalidProtocolBufferException {
    Descriptor type = message.getDescriptorForType();
    if (!type.getFullName().equals(WellKnown.HTTP_BODY)) {
      return json(printer.print(message));
    }
    String contentType = (String) message.getField(type.findFieldByName("content_type"));
    ByteString data = (ByteString) message.getField(type.findFieldByName("data"));
    return new HttpContent(
        contentType.isEmpty() ? "application/octet-stream" : contentType, data.toByteArray());
  }

  /**
   * JsonFormat prints messages only, so the field is printed in a message of its own and cut out.
   */
  private String fieldJson(Message message, FieldDescriptor field)
      throws InvalidProtocolBufferException {
    Message alone =
        DynamicMessage.newBuilder(message.getDescriptorForType())
            .setField(field, message.getField(field))
            .build();
    String object = printer.includingDefaultValueFields(Set.of(field)).print(alone);
    return object.substring(object.indexOf(':') + 1, object.length() - 1);
  }

  private static HttpContent json(String text) {
    return new HttpContent(HttpContent.JSON, text.getBytes(StandardCharsets.UTF_8));
  }
}
