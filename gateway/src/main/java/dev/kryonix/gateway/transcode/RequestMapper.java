package dev.kryonix.gateway.transcode;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import dev.kryonix.gateway.contract.Contract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds request messages out of path, query and body. The path wins nothing by stealth: a body
 * that says otherwise than the path is refused, and so is a query parameter for a field that path
 * or body bind.
 */
public final class RequestMapper {
  private static final Set<String> JSON_TYPES =
      Set.of("", HttpContent.JSON, HttpContent.NDJSON, "application/merge-patch+json");
  private static final String UPDATE_MASK = "update_mask";

  private final TypeRegistry types;

  public RequestMapper(Contract contract) {
    types = contract.types();
  }

  /** The request message of a call. */
  public Message map(
      Binding binding, Map<String, String> captures, String query, HttpContent content) {
    DynamicMessage.Builder request =
        DynamicMessage.newBuilder(binding.rpc().method().getInputType());
    GivenPaths given = GivenPaths.collect();
    body(binding, request, content, given);
    captures.forEach((field, text) -> capture(binding, request, field, text));
    QueryParameters.read(query, request, bound(binding));
    if (binding.httpMethod().equals("PATCH")) {
      deriveMask(binding, request, given);
    }
    return request.build();
  }

  private void body(
      Binding binding, DynamicMessage.Builder request, HttpContent content, GivenPaths given) {
    switch (binding.body()) {
      case Binding.Body.None none -> {
        if (content.bytes().length > 0) {
          throw TranscodeErrors.value("body", "this route takes no body");
        }
      }
      case Binding.Body.Whole whole -> {
        if (isHttpBody(request.getDescriptorForType())) {
          raw(request, content);
        } else if (content.bytes().length > 0) {
          requireJson(content);
          JsonBody.read(content.bytes(), request, given, types);
        }
      }
      case Binding.Body.Field field -> {
        if (WellKnown.isMessage(field.field(), WellKnown.HTTP_BODY)) {
          Message.Builder inner = request.newBuilderForField(field.field());
          raw(inner, content);
          request.setField(field.field(), inner.build());
        } else if (content.bytes().length > 0) {
          requireJson(content);
          JsonBody.readField(content.bytes(), request, field.field(), given, types);
        }
      }
    }
  }

  private static void capture(
      Binding binding, DynamicMessage.Builder request, String field, String text) {
    FieldPath path = binding.variables().get(field);
    if (path == null) {
      throw new IllegalStateException("no variable " + field + " in " + binding);
    }
    try {
      Object value = path.value(text);
      Object inBody = path.get(request.buildPartial());
      if (!isDefault(path.last(), inBody) && !inBody.equals(value)) {
        throw TranscodeErrors.value(field, "the path and the body give different values");
      }
      path.put(request, text);
    } catch (IllegalArgumentException e) {
      throw TranscodeErrors.value(field, String.valueOf(e.getMessage()));
    }
  }

  private static List<FieldPath> bound(Binding binding) {
    List<FieldPath> bound = new ArrayList<>(binding.variables().values());
    switch (binding.body()) {
      case Binding.Body.None none -> {}
      case Binding.Body.Field field -> bound.add(new FieldPath(List.of(field.field())));
      case Binding.Body.Whole whole ->
          binding
              .rpc()
              .method()
              .getInputType()
              .getFields()
              .forEach(field -> bound.add(new FieldPath(List.of(field))));
    }
    return bound;
  }

  /** The mask of a PATCH that brings none is what its body gives, without what the path binds. */
  private static void deriveMask(
      Binding binding, DynamicMessage.Builder request, GivenPaths given) {
    FieldDescriptor mask = request.getDescriptorForType().findFieldByName(UPDATE_MASK);
    if (mask == null
        || !WellKnown.isMessage(mask, WellKnown.FIELD_MASK)
        || request.hasField(mask)
        || !(binding.body() instanceof Binding.Body.Field body)) {
      return;
    }
    List<String> paths = new ArrayList<>(given.paths());
    paths.removeIf(path -> binding.variables().containsKey(body.field().getName() + "." + path));
    if (paths.isEmpty()) {
      throw TranscodeErrors.value("body", "it gives no field to change");
    }
    ByteString encoded = FieldMask.newBuilder().addAllPaths(paths).build().toByteString();
    Message.Builder value = request.newBuilderForField(mask);
    try {
      request.setField(mask, value.mergeFrom(encoded).build());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("a field mask that was just written", e);
    }
  }

  private static void raw(Message.Builder httpBody, HttpContent content) {
    Descriptor type = httpBody.getDescriptorForType();
    httpBody.setField(
        type.findFieldByName("content_type"),
        content.type().isEmpty() ? "application/octet-stream" : content.type());
    httpBody.setField(type.findFieldByName("data"), ByteString.copyFrom(content.bytes()));
  }

  private static void requireJson(HttpContent content) {
    if (!JSON_TYPES.contains(content.mediaType())) {
      throw TranscodeErrors.contentType(content.type(), HttpContent.JSON);
    }
  }

  private static boolean isHttpBody(Descriptor type) {
    return type.getFullName().equals(WellKnown.HTTP_BODY);
  }

  private static boolean isDefault(FieldDescriptor field, Object value) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        ? ((Message) value).getAllFields().isEmpty()
        : value.equals(field.getDefaultValue());
  }
}
