package dev.kryonix.gateway.rest;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import dev.kryonix.gateway.contract.Rpc;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where in a stream an event stands: the {@code id} of server-sent events, which a browser sends
 * back as Last-Event-ID when it connects again.
 *
 * @param request the request's field
 * @param answer the answer's field
 */
record EventCursor(FieldDescriptor request, FieldDescriptor answer) {
  static final String LAST_EVENT_ID = "last-event-id";

  /** The cursor of an RPC whose contract names one. */
  static Optional<EventCursor> of(Rpc rpc) {
    return rpc.cursorField()
        .map(
            name ->
                new EventCursor(
                    text(rpc, rpc.method().getInputType(), name),
                    text(rpc, rpc.method().getOutputType(), name)));
  }

  /** The query with the cursor in place of the one that the stream once began with. */
  String resumed(String query, String lastEventId) {
    String others =
        Arrays.stream(query.split("&", -1))
            .filter(each -> !each.isEmpty() && !names(each))
            .collect(Collectors.joining("&"));
    String cursor =
        request.getName() + "=" + URLEncoder.encode(lastEventId, StandardCharsets.UTF_8);
    return others.isEmpty() ? cursor : others + "&" + cursor;
  }

  /**
   * The cursor in an answer; none when it has none, or one that would break the line of an event.
   */
  Optional<String> in(byte[] message) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(message);
      String found = "";
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == WireFormat.FieldType.STRING.getWireType() + (answer.getNumber() << 3)) {
          found = in.readStringRequireUtf8();
        } else {
          in.skipField(tag);
        }
      }
      return Optional.of(found).filter(id -> !id.isEmpty() && id.chars().allMatch(c -> c >= ' '));
    } catch (IOException e) {
      // The message is about to be mapped, and then refused as a whole.
      return Optional.empty();
    }
  }

  private boolean names(String parameter) {
    int equals = parameter.indexOf('=');
    String name = equals < 0 ? parameter : parameter.substring(0, equals);
    return name.equals(request.getName()) || name.equals(request.getJsonName());
  }

  private static FieldDescriptor text(Rpc rpc, Descriptor type, String name) {
    FieldDescriptor field = type.findFieldByName(name);
    if (field == null || field.getType() != FieldDescriptor.Type.STRING || field.isRepeated()) {
      throw new IllegalArgumentException(
          "the policy of " + rpc.name() + ": " + type.getFullName() + " has no text " + name);
    }
    return field;
  }
}
