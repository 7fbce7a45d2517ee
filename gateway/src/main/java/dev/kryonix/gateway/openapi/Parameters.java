package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.kryonix.gateway.openapi.PathShape.Part;
import dev.kryonix.gateway.transcode.Binding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The parameters of an operation: what its path binds, and what may stand in its query. */
final class Parameters {
  /** The longest path of fields that the gateway follows for a query parameter. */
  private static final int DEEPEST = 10;

  private final Schemas schemas;
  private final Comments comments;

  Parameters(Schemas schemas, Comments comments) {
    this.schemas = schemas;
    this.comments = comments;
  }

  List<Node> of(Binding binding, PathShape path) {
    List<Node> all = new ArrayList<>();
    Descriptor request = binding.rpc().method().getInputType();
    path.parameters().forEach(parameter -> all.add(inPath(request, parameter)));
    if (!(binding.body() instanceof Binding.Body.Whole)) {
      new Query(binding, all).collect();
    }
    binding.rpc().cursorField().ifPresent(field -> all.add(lastEvent(field)));
    binding.rpc().etagField().ifPresent(field -> all.add(ifNoneMatch()));
    return all;
  }

  private static Node ifNoneMatch() {
    return Node.of("name", "If-None-Match")
        .put("in", "header")
        .put(
            "description",
            "The `ETag` of an answer that the client has, or several, or `*`. When it is still"
                + " right the answer is 304, without a body.")
        .put("schema", Node.of("type", "string"));
  }

  private static Node lastEvent(String cursor) {
    return Node.of("name", "Last-Event-ID")
        .put("in", "header")
        .put(
            "description",
            "With server-sent events: the `id` of the last event that the client has. The stream"
                + " continues behind it, as with the field `"
                + cursor
                + "`. Browsers send it by themselves.")
        .put("schema", Node.of("type", "string"));
  }

  /** The fields of the request that its path binds. */
  static Set<Fields> bound(Binding binding) {
    Set<Fields> bound = new HashSet<>();
    Descriptor request = binding.rpc().method().getInputType();
    binding
        .template()
        .variables()
        .forEach(variable -> bound.add(Fields.at(request, variable.field())));
    return bound;
  }

  private Node inPath(Descriptor request, Part.Parameter parameter) {
    StringBuilder text = new StringBuilder();
    Node schema = Node.of("type", "string");
    if (!parameter.field().isEmpty()) {
      FieldDescriptor field = Fields.at(request, parameter.field()).last();
      text.append(comments.of(field));
      if (parameter.whole()) {
        schema = schemas.value(field, Direction.REQUEST);
      }
    }
    Node node = Node.of("name", parameter.name()).put("in", "path").put("required", true);
    if (parameter.open()) {
      text.append(
          "\n\nStands for one or more segments. Slashes between them are written as they are: an"
              + " escaped slash, `%2F`, stays as it is written.");
      if (!schema.has("pattern") && !schema.has("$ref")) {
        schema.put("pattern", "^[^/]+(/[^/]+)*$");
      }
    }
    if (!parameter.whole() && !parameter.field().isEmpty()) {
      text.append("\n\nA part of the field `")
          .append(parameter.field())
          .append("`, whose form is `")
          .append(parameter.template())
          .append("`.");
    }
    return node.put("description", text.toString().strip())
        .put("schema", schema)
        .put("x-kryonix-template", parameter.open() ? parameter.template() : "");
  }

  /** Walks the request's fields down to what can be given as text. */
  private final class Query {
    private final Set<Fields> bound;
    private final Descriptor request;
    private final boolean patch;
    private final List<Node> into;

    Query(Binding binding, List<Node> into) {
      this.bound = new HashSet<>(bound(binding));
      this.request = binding.rpc().method().getInputType();
      this.patch = Bodies.derivesMask(binding);
      this.into = into;
      if (binding.body() instanceof Binding.Body.Field(FieldDescriptor field)) {
        bound.add(new Fields(List.of(field)));
      }
    }

    void collect() {
      request.getFields().forEach(field -> field(new Fields(List.of(field)), Set.of(request)));
    }

    private void field(Fields at, Set<Descriptor> above) {
      FieldDescriptor field = at.last();
      if (bound.contains(at) || field.isMapField()) {
        return;
      }
      if (Schemas.hasFields(field)) {
        Descriptor type = field.getMessageType();
        // A type inside itself is shown once; its further levels go by the same names.
        if (!field.isRepeated() && !above.contains(type) && at.path().size() < DEEPEST) {
          Set<Descriptor> with = new HashSet<>(above);
          with.add(type);
          type.getFields().forEach(inner -> field(at.inside(inner), with));
        }
      } else if (takesText(field)) {
        into.add(parameter(at));
      }
    }

    private Node parameter(Fields at) {
      FieldDescriptor field = at.last();
      String text = comments.of(field);
      for (FieldDescriptor above : at.path()) {
        OneofDescriptor oneof = above.getRealContainingOneof();
        if (oneof != null) {
          text = (text + "\n\n" + Schemas.oneOf(oneof)).strip();
        }
      }
      boolean mask = patch && at.path().size() == 1 && field.getName().equals(Bodies.UPDATE_MASK);
      if (mask) {
        text =
            (text + "\n\nWhen it is left out, it is what the body gives, nulls included.").strip();
      }
      Node node =
          Node.of("name", at.jsonName())
              .put("in", "query")
              .put("description", text)
              .flag("required", at.isRequired() && !mask)
              .flag("deprecated", field.getOptions().getDeprecated());
      if (field.isRepeated()) {
        node.put("style", "form").put("explode", true);
      }
      return node.put("schema", schemas.value(field, Direction.REQUEST));
    }
  }

  /** Whether a value can be written as text: scalars, and messages whose JSON is one. */
  private static boolean takesText(FieldDescriptor field) {
    if (field.getJavaType() != JavaType.MESSAGE) {
      return true;
    }
    return switch (field.getMessageType().getFullName()) {
      case "google.protobuf.Any",
          "google.protobuf.Struct",
          "google.protobuf.Value",
          "google.protobuf.ListValue",
          WellKnownSchemas.HTTP_BODY ->
          false;
      default -> true;
    };
  }
}
