package dev.kryonix.gateway.transcode;

import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import dev.kryonix.kit.errors.ServiceException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Reads JSON into a message in one pass, by the proto3 JSON mapping. Stricter than protobuf's
 * JsonFormat where a mistake would pass in silence: an unknown or repeated field name and a second
 * member of a oneof are refused, each with its path; and along the way it notes which fields were
 * given, for the field mask of a PATCH.
 */
final class JsonMessages {
  private final JsonReader in;
  private final TypeRegistry types;

  JsonMessages(JsonReader in, TypeRegistry types) {
    this.in = in;
    this.types = types;
  }

  /** Reads an object into the message. */
  void read(Message.Builder into, GivenPaths given) throws IOException {
    if (WellKnown.hasOwnForm(into.getDescriptorForType())) {
      ownForm(into);
      return;
    }
    expect(JsonToken.BEGIN_OBJECT, "an object");
    in.beginObject();
    Set<FieldDescriptor> seen = new HashSet<>();
    while (in.hasNext()) {
      String name = in.nextName();
      FieldDescriptor field = FieldNames.find(into.getDescriptorForType(), name);
      if (field == null) {
        throw TranscodeErrors.unknownField(path(), into.getDescriptorForType().getFullName());
      }
      if (!seen.add(field)) {
        throw TranscodeErrors.value(path(), "given twice");
      }
      field(field, into, given.child(field.getName()));
    }
    in.endObject();
    if (seen.isEmpty()) {
      given.leaf();
    }
  }

  /** Reads the value of one field. */
  void field(FieldDescriptor field, Message.Builder into, GivenPaths given) throws IOException {
    if (in.peek() == JsonToken.NULL && !takesNull(field)) {
      in.nextNull();
      given.leaf();
      return;
    }
    if (field.getRealContainingOneof() != null && into.hasOneof(field.getRealContainingOneof())) {
      throw TranscodeErrors.value(
          path(), "only one of " + field.getRealContainingOneof().getName() + " may be given");
    }
    if (field.isMapField()) {
      given.leaf();
      map(field, into);
    } else if (field.isRepeated()) {
      given.leaf();
      list(field, into);
    } else {
      if (isPlainMessage(field)) {
        Message.Builder value = into.newBuilderForField(field);
        read(value, given);
        into.setField(field, value.build());
      } else {
        given.leaf();
        into.setField(field, value(field, into));
      }
    }
  }

  private void list(FieldDescriptor field, Message.Builder into) throws IOException {
    expect(JsonToken.BEGIN_ARRAY, "an array");
    in.beginArray();
    while (in.hasNext()) {
      if (in.peek() == JsonToken.NULL && !takesNull(field)) {
        throw TranscodeErrors.value(path(), "null in an array");
      }
      into.addRepeatedField(field, value(field, into));
    }
    in.endArray();
  }

  private void map(FieldDescriptor field, Message.Builder into) throws IOException {
    expect(JsonToken.BEGIN_OBJECT, "an object");
    FieldDescriptor keys = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor values = field.getMessageType().findFieldByNumber(2);
    in.beginObject();
    Set<Object> seen = new HashSet<>();
    while (in.hasNext()) {
      Object key = scalar(keys, in.nextName());
      if (!seen.add(key)) {
        throw TranscodeErrors.value(path(), "given twice");
      }
      if (in.peek() == JsonToken.NULL && !takesNull(values)) {
        throw TranscodeErrors.value(path(), "null as a map's value");
      }
      Message.Builder entry = into.newBuilderForField(field);
      entry.setField(keys, key);
      entry.setField(values, value(values, entry));
      into.addRepeatedField(field, entry.build());
    }
    in.endObject();
  }

  private Object value(FieldDescriptor field, Message.Builder parent) throws IOException {
    if (field.getJavaType() == JavaType.MESSAGE) {
      Message.Builder value = parent.newBuilderForField(field);
      read(value, GivenPaths.IGNORED);
      return value.build();
    }
    JsonToken token = in.peek();
    return switch (token) {
      case BOOLEAN -> {
        require(field, JavaType.BOOLEAN, token);
        yield in.nextBoolean();
      }
      case STRING -> {
        if (field.getJavaType() == JavaType.BOOLEAN) {
          throw mistyped(field, token);
        }
        yield scalar(field, in.nextString());
      }
      case NUMBER -> {
        yield switch (field.getJavaType()) {
          case INT, LONG, FLOAT, DOUBLE -> scalar(field, in.nextString());
          case ENUM -> enumByNumber(field, in.nextString());
          default -> throw mistyped(field, token);
        };
      }
      case NULL -> {
        in.nextNull();
        yield field.getEnumType().findValueByNumber(0);
      }
      default -> throw mistyped(field, token);
    };
  }

  private void ownForm(Message.Builder into) throws IOException {
    String path = path();
    try {
      OwnForms.read(JsonParser.parseReader(in), into, types);
    } catch (IllegalArgumentException e) {
      throw TranscodeErrors.value(path, message(e));
    }
  }

  private Object scalar(FieldDescriptor field, String text) {
    try {
      return Scalars.parse(field, text);
    } catch (IllegalArgumentException e) {
      throw TranscodeErrors.value(path(), message(e));
    }
  }

  private Object enumByNumber(FieldDescriptor field, String text) {
    try {
      return Scalars.enumByNumber(field.getEnumType(), text);
    } catch (IllegalArgumentException e) {
      throw TranscodeErrors.value(path(), message(e));
    }
  }

  private void require(FieldDescriptor field, JavaType type, JsonToken token) {
    if (field.getJavaType() != type) {
      throw mistyped(field, token);
    }
  }

  private void expect(JsonToken token, String what) throws IOException {
    if (in.peek() != token) {
      throw TranscodeErrors.value(path(), what + " expected");
    }
  }

  private ServiceException mistyped(FieldDescriptor field, JsonToken token) {
    String found = token.name().replace("BEGIN_", "").toLowerCase(Locale.ROOT);
    return TranscodeErrors.value(
        path(), field.getType().name().toLowerCase(Locale.ROOT) + " expected, not " + found);
  }

  /** The path of the value that is being read, as the caller spelled it. */
  private String path() {
    String path = in.getPath();
    return path.startsWith("$.")
        ? path.substring(2)
        : path.equals("$") ? "body" : path.substring(1);
  }

  private static boolean isPlainMessage(FieldDescriptor field) {
    return field.getJavaType() == JavaType.MESSAGE && !WellKnown.hasOwnForm(field.getMessageType());
  }

  /**
   * Only google.protobuf.Value and NullValue have null as a value; elsewhere null means "not set".
   */
  private static boolean takesNull(FieldDescriptor field) {
    return WellKnown.isMessage(field, WellKnown.VALUE)
        || (field.getJavaType() == JavaType.ENUM
            && field.getEnumType().getFullName().equals("google.protobuf.NullValue"));
  }

  private static String message(IllegalArgumentException e) {
    return String.valueOf(e.getMessage());
  }
}
