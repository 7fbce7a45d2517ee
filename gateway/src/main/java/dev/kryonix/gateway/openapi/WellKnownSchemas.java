package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.List;
import java.util.Optional;

/**
 * The schemas of values whose JSON does not follow from fields: scalars, and the well-known types.
 */
final class WellKnownSchemas {
  /** The raw bytes of an HTTP body, rather than JSON. */
  static final String HTTP_BODY = "google.api.HttpBody";

  static final String FIELD_MASK = "google.protobuf.FieldMask";

  private static final String SIGNED = "^-?(0|[1-9][0-9]*)$";
  private static final String UNSIGNED = "^(0|[1-9][0-9]*)$";
  private static final String BASE64_DIGIT = "[A-Za-z0-9+/_-]";
  private static final String BASE64 = "^(D{4})*(D{2}(==)?|D{3}=?)?$".replace("D", BASE64_DIGIT);
  private static final String PATHS = "^([^,]+(,[^,]+)*)?$";

  private WellKnownSchemas() {}

  /** The schema of a message type with a JSON form of its own; empty for any other. */
  static Optional<Node> of(Descriptor type) {
    return switch (type.getFullName()) {
      case "google.protobuf.Timestamp" ->
          Optional.of(Node.of("type", "string").put("format", "date-time"));
      case "google.protobuf.Duration" ->
          Optional.of(
              Node.of("type", "string")
                  .put("pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$")
                  .put("examples", List.of("1.5s")));
      case FIELD_MASK ->
          Optional.of(
              Node.of("type", "string")
                  .put("pattern", PATHS)
                  .put("examples", List.of("displayName,address.city")));
      case "google.protobuf.Struct" ->
          Optional.of(Node.of("type", "object").put("additionalProperties", true));
      case "google.protobuf.ListValue" ->
          Optional.of(Node.of("type", "array").put("items", new Node()));
      case "google.protobuf.Value" -> Optional.of(new Node());
      case "google.protobuf.Any" ->
          Optional.of(
              Node.of("type", "object")
                  .put("properties", Node.of("@type", Node.of("type", "string")))
                  .put("required", List.of("@type"))
                  .put("additionalProperties", true));
      case HTTP_BODY -> Optional.of(Node.of("type", "string").put("format", "binary"));
      case "google.protobuf.BoolValue",
          "google.protobuf.Int32Value",
          "google.protobuf.UInt32Value",
          "google.protobuf.Int64Value",
          "google.protobuf.UInt64Value",
          "google.protobuf.StringValue",
          "google.protobuf.BytesValue",
          "google.protobuf.FloatValue",
          "google.protobuf.DoubleValue" ->
          Optional.of(scalar(type.findFieldByNumber(1)));
      default -> Optional.empty();
    };
  }

  /** The schema of a scalar by the proto3 JSON mapping; enums and messages have none. */
  static Node scalar(FieldDescriptor field) {
    return switch (field.getType()) {
      case BOOL -> Node.of("type", "boolean");
      case STRING -> Node.of("type", "string");
      case BYTES ->
          Node.of("type", "string")
              .put("format", "byte")
              .put("contentEncoding", "base64")
              .put("pattern", BASE64);
      case INT32, SINT32, SFIXED32 -> Node.of("type", "integer").put("format", "int32");
      case UINT32, FIXED32 ->
          Node.of("type", "integer")
              .put("format", "int64")
              .put("minimum", 0)
              .put("maximum", 0xFFFF_FFFFL);
      case INT64, SINT64, SFIXED64 ->
          Node.of("type", "string").put("format", "int64").put("pattern", SIGNED);
      case UINT64, FIXED64 ->
          Node.of("type", "string").put("format", "uint64").put("pattern", UNSIGNED);
      case FLOAT -> real("float");
      case DOUBLE -> real("double");
      case ENUM, MESSAGE, GROUP ->
          throw new IllegalArgumentException(field.getFullName() + " is no scalar");
    };
  }

  /** A number, or the name of one that JSON cannot write. */
  private static Node real(String format) {
    return Node.of(
        "oneOf",
        List.of(
            Node.of("type", "number").put("format", format),
            Node.of("type", "string").put("enum", List.of("NaN", "Infinity", "-Infinity"))));
  }
}
