package dev.kryonix.gateway.transcode;

import com.google.api.HttpBody;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.kryonix.gateway.codec.Codecs;
import dev.kryonix.gateway.codec.WireIn;
import dev.kryonix.gateway.contract.Contract;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns response messages into HTTP bodies: proto3 JSON, or the raw bytes of a google.api.HttpBody.
 */
public final class ResponseMapper {
  private final Codecs codecs;

  public ResponseMapper(Contract contract) {
    codecs = contract.codecs();
  }

  /**
   * The body of one response message. One that is not of its type throws {@link
   * dev.kryonix.gateway.codec.MalformedMessageException}.
   */
  public HttpContent map(Binding binding, byte[] response) {
    Descriptor type = binding.rpc().method().getOutputType();
    if (binding.responseField().isEmpty()) {
      return isHttpBody(type) ? raw(List.of(response)) : json(codecs.print(type, response));
    }
    FieldDescriptor field = binding.responseField().get();
    if (!WellKnown.isMessage(field, WellKnown.HTTP_BODY)) {
      return json(codecs.printField(field, response));
    }
    List<byte[]> parts = new ArrayList<>();
    new WireIn(response).collect(field.getNumber(), false, parts);
    return raw(parts);
  }

  /** Whether the answer is raw bytes of a type that the service chooses. */
  public static boolean isRaw(Binding binding) {
    Descriptor type = binding.rpc().method().getOutputType();
    return binding
        .responseField()
        .map(field -> WellKnown.isMessage(field, WellKnown.HTTP_BODY))
        .orElseGet(() -> isHttpBody(type));
  }

  /** The bytes of a google.api.HttpBody, which may stand in parts that are to be merged. */
  private static HttpContent raw(List<byte[]> httpBody) {
    List<byte[]> types = new ArrayList<>();
    List<byte[]> data = new ArrayList<>();
    for (byte[] part : httpBody) {
      new WireIn(part).collect(HttpBody.CONTENT_TYPE_FIELD_NUMBER, false, types);
      new WireIn(part).collect(HttpBody.DATA_FIELD_NUMBER, false, data);
    }
    String type = types.isEmpty() ? "" : new String(types.getLast(), StandardCharsets.UTF_8);
    return new HttpContent(
        type.isEmpty() ? "application/octet-stream" : type,
        data.isEmpty() ? new byte[0] : data.getLast());
  }

  private static boolean isHttpBody(Descriptor type) {
    return type.getFullName().equals(WellKnown.HTTP_BODY);
  }

  private static HttpContent json(byte[] text) {
    return new HttpContent(HttpContent.JSON, text);
  }
}
