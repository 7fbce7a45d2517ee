package dev.kryonix.gateway.transcode;

import com.google.api.HttpBody;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import dev.kryonix.gateway.codec.Codecs;
import dev.kryonix.gateway.codec.GivenPaths;
import dev.kryonix.gateway.codec.WireIn;
import dev.kryonix.gateway.codec.WireOut;
import dev.kryonix.gateway.contract.Contract;
import java.nio.charset.StandardCharsets;
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

  private final Codecs codecs;

  public RequestMapper(Contract contract) {
    codecs = contract.codecs();
  }

  /** The request message of a call, in the wire format. */
  public byte[] map(
      Binding binding, Map<String, String> captures, String query, HttpContent content) {
    Descriptor type = binding.rpc().method().getInputType();
    WireOut request = new WireOut(content.bytes().length);
    GivenPaths given =
        binding.httpMethod().equals("PATCH") ? GivenPaths.collect() : GivenPaths.IGNORED;
    body(binding, request, content, given);
    TextFields fields = new TextFields(codecs, request);
    captures.forEach((field, text) -> fields.bind(path(binding, field), field, text));
    if (!query.isEmpty()) {
      QueryParameters.read(query, type, fields, bound(binding));
    }
    if (binding.httpMethod().equals("PATCH")) {
      deriveMask(binding, fields, request, given);
    }
    return request.toByteArray();
  }

  private void body(Binding binding, WireOut request, HttpContent content, GivenPaths given) {
    Descriptor type = binding.rpc().method().getInputType();
    switch (binding.body()) {
      case Binding.Body.None none -> {
        if (content.bytes().length > 0) {
          throw TranscodeErrors.value("body", "this route takes no body");
        }
      }
      case Binding.Body.Whole whole -> {
        if (isHttpBody(type)) {
          raw(request, content);
        } else if (content.bytes().length > 0) {
          requireJson(content);
          codecs.read(type, content.bytes(), request, given);
        }
      }
      case Binding.Body.Field(FieldDescriptor field) -> {
        if (WellKnown.isMessage(field, WellKnown.HTTP_BODY)) {
          request.tag(field.getNumber(), WireIn.LENGTH);
          int begun = request.begin();
          raw(request, content);
          request.end(begun);
        } else if (content.bytes().length > 0) {
          requireJson(content);
          codecs.readField(field, content.bytes(), request, given);
        }
      }
    }
  }

  private static FieldPath path(Binding binding, String field) {
    FieldPath path = binding.variables().get(field);
    if (path == null) {
      throw new IllegalStateException("no variable " + field + " in " + binding);
    }
    return path;
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
      Binding binding, TextFields fields, WireOut request, GivenPaths given) {
    FieldDescriptor mask = binding.rpc().method().getInputType().findFieldByName(UPDATE_MASK);
    if (mask == null
        || !WellKnown.isMessage(mask, WellKnown.FIELD_MASK)
        || !(binding.body() instanceof Binding.Body.Field body)
        || fields.has(mask)) {
      return;
    }
    List<String> paths = new ArrayList<>(given.paths());
    paths.removeIf(path -> binding.variables().containsKey(body.field().getName() + "." + path));
    if (paths.isEmpty()) {
      throw TranscodeErrors.value("body", "it gives no field to change");
    }
    request.tag(mask.getNumber(), WireIn.LENGTH);
    int begun = request.begin();
    paths.forEach(path -> text(request, FieldMask.PATHS_FIELD_NUMBER, path));
    request.end(begun);
  }

  private static void raw(WireOut httpBody, HttpContent content) {
    text(
        httpBody,
        HttpBody.CONTENT_TYPE_FIELD_NUMBER,
        content.type().isEmpty() ? "application/octet-stream" : content.type());
    if (content.bytes().length > 0) {
      httpBody.tag(HttpBody.DATA_FIELD_NUMBER, WireIn.LENGTH);
      httpBody.bytes(content.bytes(), 0, content.bytes().length);
    }
  }

  private static void text(WireOut out, int field, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.tag(field, WireIn.LENGTH);
    out.bytes(utf8, 0, utf8.length);
  }

  private static void requireJson(HttpContent content) {
    if (!JSON_TYPES.contains(content.mediaType())) {
      throw TranscodeErrors.contentType(content.type(), HttpContent.JSON);
    }
  }

  private static boolean isHttpBody(Descriptor type) {
    return type.getFullName().equals(WellKnown.HTTP_BODY);
  }
}
