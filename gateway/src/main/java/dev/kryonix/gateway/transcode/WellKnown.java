package dev.kryonix.gateway.transcode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Set;

/** The message types that have a JSON form of their own. */
final class WellKnown {
  private static final Set<String> WRAPPERS =
      Set.of(
          "google.protobuf.BoolValue",
          "google.protobuf.Int32Value",
          "google.protobuf.UInt32Value",
          "google.protobuf.Int64Value",
          "google.protobuf.UInt64Value",
          "google.protobuf.StringValue",
          "google.protobuf.BytesValue",
          "google.protobuf.FloatValue",
          "google.protobuf.DoubleValue");
  private static final Set<String> TEXTUAL =
      Set.of("google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask");
  private static final Set<String> DYNAMIC =
      Set.of(
          "google.protobuf.Any",
          "google.protobuf.Struct",
          "google.protobuf.Value",
          "google.protobuf.ListValue");

  static final String FIELD_MASK = "google.protobuf.FieldMask";
  static final String HTTP_BODY = "google.api.HttpBody";
  static final String VALUE = "google.protobuf.Value";

  private WellKnown() {}

  /** A single value in a message, such as Int64Value; its JSON is the value's. */
  static boolean isWrapper(Descriptor type) {
    return WRAPPERS.contains(type.getFullName());
  }

  /** A message whose JSON is one string. */
  static boolean isTextual(Descriptor type) {
    return TEXTUAL.contains(type.getFullName());
  }

  /** A message whose JSON does not follow its fields. */
  static boolean hasOwnForm(Descriptor type) {
    return isWrapper(type) || isTextual(type) || DYNAMIC.contains(type.getFullName());
  }

  static boolean isMessage(FieldDescriptor field, String type) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field.getMessageType().getFullName().equals(type);
  }
}
