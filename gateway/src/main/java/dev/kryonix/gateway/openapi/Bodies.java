package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The request bodies of operations. */
final class Bodies {
  static final String UPDATE_MASK = "update_mask";

  private static final String MERGE_PATCH = "application/merge-patch+json";

  private final Schemas schemas;

  Bodies(Schemas schemas) {
    this.schemas = schemas;
  }

  /** Whether the gateway makes the update mask from what the body gives. */
  static boolean derivesMask(Binding binding) {
    FieldDescriptor mask = binding.rpc().method().getInputType().findFieldByName(UPDATE_MASK);
    return binding.httpMethod().equals("PATCH")
        && binding.body() instanceof Binding.Body.Field
        && mask != null
        && mask.getJavaType() == JavaType.MESSAGE
        && mask.getMessageType().getFullName().equals(WellKnownSchemas.FIELD_MASK);
  }

  /** The body of an operation; empty when it takes none. */
  Optional<Node> of(Binding binding, String operation) {
    return switch (binding.body()) {
      case Binding.Body.None none -> Optional.empty();
      case Binding.Body.Whole whole -> {
        MethodDescriptor method = binding.rpc().method();
        Set<Fields> bound = Parameters.bound(binding);
        yield Optional.of(
            isRaw(method.getInputType())
                ? raw()
                : json(binding, message(method.getInputType(), bound, operation)));
      }
      case Binding.Body.Field(FieldDescriptor field) ->
          Optional.of(
              field.getJavaType() == JavaType.MESSAGE && isRaw(field.getMessageType())
                  ? raw()
                  : json(binding, field(binding, field, operation)));
    };
  }

  private static boolean isRaw(Descriptor type) {
    return type.getFullName().equals(WellKnownSchemas.HTTP_BODY);
  }

  private static Node raw() {
    return Node.of("description", "Bytes of any type, taken as they are.")
        .put(
            "content",
            Node.of("*/*", Node.of("schema", Node.of("type", "string").put("format", "binary"))));
  }

  private Node json(Binding binding, Schema schema) {
    Node media = Node.of("schema", schema.node());
    Node content = Node.of(HttpContent.JSON, media);
    String description = "";
    if (binding.httpMethod().equals("PATCH")) {
      content.put(MERGE_PATCH, media);
    }
    if (derivesMask(binding)) {
      description =
          "A merge patch: what is given is changed, what is null is cleared, and what is left out"
              + " stays.";
    }
    if (binding.rpc().method().isClientStreaming()) {
      description = "One message as JSON, or any number of them as lines of JSON.";
      content.put(HttpContent.NDJSON, Streams.lines(schema.node()));
    }
    return Node.of("description", description)
        .put("content", content)
        .flag("required", schema.required() || derivesMask(binding));
  }

  private Schema field(Binding binding, FieldDescriptor field, String operation) {
    if (!Schemas.hasFields(field) || field.isRepeated()) {
      return new Schema(schemas.value(field, Direction.REQUEST), Rules.isRequired(field));
    }
    Set<Fields> bound = inside(Parameters.bound(binding), field);
    Descriptor type = field.getMessageType();
    boolean required = bound.isEmpty() && Rules.isRequired(field);
    if (!derivesMask(binding)) {
      Schema schema = message(type, bound, operation);
      return new Schema(schema.node(), required || schema.required());
    }
    Node patch =
        schemas.component(
            operation + "-Body",
            () -> nullable(type, without(type, bound)).put("minProperties", 1));
    return new Schema(patch, true);
  }

  /**
   * @param required whether an empty body is refused
   */
  private record Schema(Node node, boolean required) {}

  private Schema message(Descriptor type, Set<Fields> bound, String operation) {
    Node schema =
        bound.isEmpty()
            ? schemas.message(type, Direction.REQUEST)
            : schemas.component(operation + "-Body", () -> without(type, bound));
    Set<FieldDescriptor> inPath =
        bound.stream().map(fields -> fields.path().getFirst()).collect(Collectors.toSet());
    boolean required =
        type.getFields().stream().anyMatch(f -> !inPath.contains(f) && Rules.isRequired(f))
            || type.getRealOneofs().stream()
                .anyMatch(
                    o -> Rules.isRequired(o) && inPath.stream().noneMatch(o.getFields()::contains));
    return new Schema(schema, required);
  }

  /** The type without what the path binds, at any depth. */
  private Node without(Descriptor type, Set<Fields> bound) {
    Set<FieldDescriptor> whole = new HashSet<>();
    bound.stream().filter(f -> f.path().size() == 1).forEach(f -> whole.add(f.last()));
    Set<FieldDescriptor> partly = new HashSet<>();
    bound.stream().filter(f -> f.path().size() > 1).forEach(f -> partly.add(f.path().getFirst()));
    Node object = schemas.object(type, Direction.REQUEST, whole, partly);
    for (FieldDescriptor field : partly) {
      object
          .child("properties")
          .put(field.getJsonName(), without(field.getMessageType(), inside(bound, field)));
    }
    return object;
  }

  /** Lets every member be null that need not be there. */
  private static Node nullable(Descriptor type, Node object) {
    Node properties = object.child("properties");
    for (FieldDescriptor field : type.getFields()) {
      String name = field.getJsonName();
      if (properties.has(name) && !Rules.isRequired(field)) {
        Node value = properties.child(name);
        Node outer = value.take("description", "deprecated", "readOnly");
        properties.put(
            name, Node.of("anyOf", List.of(value, Node.of("type", "null"))).putAll(outer));
      }
    }
    return object;
  }

  private static Set<Fields> inside(Set<Fields> bound, FieldDescriptor field) {
    return bound.stream()
        .filter(f -> f.path().size() > 1 && f.path().getFirst().equals(field))
        .map(f -> new Fields(f.path().subList(1, f.path().size())))
        .collect(Collectors.toSet());
  }
}
