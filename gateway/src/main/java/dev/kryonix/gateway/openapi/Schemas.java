package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The schemas of messages and enums, by the proto3 JSON mapping, as components that refer to each
 * other. A type that goes both ways has two: the one of requests, with the suffix {@code -Input},
 * says what is required and refuses unknown members; the one of answers promises neither.
 */
final class Schemas {
  private static final String INPUT = "-Input";
  private static final String NULL_VALUE = "google.protobuf.NullValue";

  private final Comments comments;
  private final Travel travel;
  private final Map<String, Node> components = new TreeMap<>();

  Schemas(Comments comments, Travel travel) {
    this.comments = comments;
    this.travel = travel;
  }

  /** All components that were asked for, by name. */
  Node components() {
    Node all = new Node();
    components.forEach(all::put);
    return all;
  }

  /** A reference to a component, which is made when it is not there yet. */
  Node component(String name, Supplier<Node> make) {
    if (!components.containsKey(name)) {
      Node made = new Node();
      // Stands there before its fields are looked at, so that a type may contain itself.
      components.put(name, made);
      made.putAll(make.get());
    }
    return Node.ref("schemas/" + name);
  }

  /** The schema of a message: a reference, or the well-known type's own. */
  Node message(Descriptor type, Direction direction) {
    return WellKnownSchemas.of(type)
        .orElseGet(
            () ->
                component(
                    name(type, direction), () -> object(type, direction, Set.of(), Set.of())));
  }

  /**
   * The schema of a message, in place.
   *
   * @param without the fields that are left out
   * @param given the fields that are there without being given
   */
  Node object(
      Descriptor type,
      Direction direction,
      Set<FieldDescriptor> without,
      Set<FieldDescriptor> given) {
    Node properties = new Node();
    List<String> required = new ArrayList<>();
    for (FieldDescriptor field : type.getFields()) {
      if (!without.contains(field)) {
        properties.put(field.getJsonName(), property(field, direction));
        if (direction == Direction.REQUEST && !given.contains(field) && Rules.isRequired(field)) {
          required.add(field.getJsonName());
        }
      }
    }
    Node object =
        Node.of("type", "object")
            .put("title", type.getName())
            .put("description", comments.of(type))
            .flag("deprecated", type.getOptions().getDeprecated());
    if (!properties.isEmpty()) {
      object.put("properties", properties);
    }
    object.put("required", required);
    if (direction == Direction.REQUEST) {
      object.put("additionalProperties", false);
      List<Node> excluded =
          type.getRealOneofs().stream().flatMap(oneof -> excluded(oneof).stream()).toList();
      if (!excluded.isEmpty()) {
        object.put("not", Node.of("anyOf", excluded));
      }
    }
    return object;
  }

  /** The schema of a field with its comment. */
  Node property(FieldDescriptor field, Direction direction) {
    Node schema = value(field, direction);
    String comment = comments.of(field);
    OneofDescriptor oneof = field.getRealContainingOneof();
    if (oneof != null) {
      comment = (comment + "\n\n" + oneOf(oneof)).strip();
    }
    return schema
        .put("description", comment)
        .flag("deprecated", field.getOptions().getDeprecated())
        .flag("readOnly", OutputOnly.is(field, comment));
  }

  /** The schema of a field's value, with the constraints that a request has to keep. */
  Node value(FieldDescriptor field, Direction direction) {
    Node schema;
    if (field.isMapField()) {
      schema =
          Node.of("type", "object")
              .put(
                  "additionalProperties",
                  single(field.getMessageType().findFieldByNumber(2), direction));
      Node keys = keys(field.getMessageType().findFieldByNumber(1));
      if (!keys.isEmpty()) {
        schema.put("propertyNames", keys);
      }
    } else if (field.isRepeated()) {
      schema = Node.of("type", "array").put("items", single(field, direction));
    } else {
      schema = single(field, direction);
    }
    if (direction == Direction.REQUEST) {
      Rules.apply(field, schema);
    }
    return schema;
  }

  /** The names of an enum's values, with what they mean. */
  Node enumeration(EnumDescriptor type) {
    if (type.getFullName().equals(NULL_VALUE)) {
      return Node.of("type", "null");
    }
    return component(
        type.getFullName(),
        () ->
            Node.of("type", "string")
                .put("title", type.getName())
                .put("description", describe(type))
                .put("enum", type.getValues().stream().map(EnumValueDescriptor::getName).toList())
                .flag("deprecated", type.getOptions().getDeprecated()));
  }

  /** The name of a message's component. */
  String name(Descriptor type, Direction direction) {
    return direction == Direction.REQUEST && travel.bothWays(type)
        ? type.getFullName() + INPUT
        : type.getFullName();
  }

  private Node single(FieldDescriptor field, Direction direction) {
    return switch (field.getJavaType()) {
      case MESSAGE -> message(field.getMessageType(), direction);
      case ENUM -> enumeration(field.getEnumType());
      default -> WellKnownSchemas.scalar(field);
    };
  }

  private static Node keys(FieldDescriptor key) {
    return switch (key.getJavaType()) {
      case INT, LONG -> Node.of("pattern", "^-?(0|[1-9][0-9]*)$");
      case BOOLEAN -> Node.of("enum", List.of("true", "false"));
      default -> new Node();
    };
  }

  private String describe(EnumDescriptor type) {
    StringBuilder text = new StringBuilder(comments.of(type));
    for (EnumValueDescriptor value : type.getValues()) {
      text.append(text.isEmpty() || value.getIndex() > 0 ? "\n" : "\n\n")
          .append("- `")
          .append(value.getName())
          .append('`');
      String comment = comments.of(value);
      if (!comment.isEmpty()) {
        text.append(": ").append(comment.replace("\n\n", " "));
      }
      if (value.getOptions().getDeprecated()) {
        text.append(" *Deprecated.*");
      }
    }
    return text.toString().strip();
  }

  static String oneOf(OneofDescriptor oneof) {
    String names =
        String.join(
            ", ", oneof.getFields().stream().map(f -> "`" + f.getJsonName() + "`").toList());
    return (Rules.isRequired(oneof) ? "Exactly one of " : "At most one of ") + names + " is given.";
  }

  /** What must not be: two fields of a oneof, or none of one that is required. */
  private static List<Node> excluded(OneofDescriptor oneof) {
    List<String> names = oneof.getFields().stream().map(FieldDescriptor::getJsonName).toList();
    List<Node> excluded = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      for (int j = i + 1; j < names.size(); j++) {
        excluded.add(Node.of("required", List.of(names.get(i), names.get(j))));
      }
    }
    if (Rules.isRequired(oneof)) {
      excluded.add(
          Node.of(
              "allOf",
              names.stream()
                  .map(name -> Node.of("not", Node.of("required", List.of(name))))
                  .toList()));
    }
    return excluded;
  }

  /** Whether a field's value is an object with fields of its own. */
  static boolean hasFields(FieldDescriptor field) {
    return field.getJavaType() == JavaType.MESSAGE
        && !field.isMapField()
        && WellKnownSchemas.of(field.getMessageType()).isEmpty();
  }
}
