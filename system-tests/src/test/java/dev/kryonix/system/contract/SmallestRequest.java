package dev.kryonix.system.contract;

import build.buf.validate.FieldRules;
import build.buf.validate.Ignore;
import build.buf.validate.StringRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.DynamicMessage;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Builds the smallest request that the field rules of a contract let pass, with values that mean
 * something where the field's name tells.
 */
public final class SmallestRequest {
  private static final List<String> TEXTS =
      List.of(
          "x",
          "crm",
          "crm.*",
          "abcdefghijkl",
          "00000000-0000-4000-8000-000000000000",
          "A".repeat(43),
          "0".repeat(64),
          "TestService.DoSomething");

  private final Map<String, String> known;

  /** With the values of fields by name: `tenant` and the like. */
  public SmallestRequest(Map<String, String> known) {
    this.known = Map.copyOf(known);
  }

  /** A message that the rules of its type let pass. */
  public DynamicMessage of(Descriptor type) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (field.getRealContainingOneof() == null && isNeeded(field)) {
        fill(message, field);
      }
    }
    for (OneofDescriptor oneof : type.getRealOneofs()) {
      if (oneof.getOptions().getExtension(ValidateProto.oneof).getRequired()) {
        fill(message, oneof.getField(0));
      }
    }
    return message.build();
  }

  /** A value that the rules of the field's items let pass. */
  static Object item(FieldDescriptor field) {
    return new SmallestRequest(Map.of()).value(field);
  }

  private void fill(DynamicMessage.Builder message, FieldDescriptor field) {
    Object value = value(field);
    if (field.isRepeated()) {
      message.addRepeatedField(field, value);
    } else {
      message.setField(field, value);
    }
  }

  private Object value(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case STRING -> text(field);
      case BYTE_STRING -> ByteString.copyFrom(new byte[Math.toIntExact(length(field))]);
      case INT -> 1;
      case LONG -> 1L;
      case DOUBLE -> 1.0;
      case FLOAT -> 1.0f;
      case BOOLEAN -> true;
      case ENUM -> field.getEnumType().getValues().get(1);
      case MESSAGE -> field.isMapField() ? pair(field) : of(field.getMessageType());
    };
  }

  private DynamicMessage pair(FieldDescriptor map) {
    DynamicMessage.Builder pair = DynamicMessage.newBuilder(map.getMessageType());
    map.getMessageType().getFields().forEach(part -> pair.setField(part, value(part)));
    return pair.build();
  }

  private String text(FieldDescriptor field) {
    FieldRules rules = rules(field);
    StringRules text =
        field.isRepeated() ? rules.getRepeated().getItems().getString() : rules.getString();
    String named = known.get(field.getName());
    return Stream.concat(
            Stream.ofNullable(named), Stream.concat(text.getInList().stream(), TEXTS.stream()))
        .filter(candidate -> fits(candidate, text))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no text at hand for " + field.getFullName()));
  }

  /** Whether the rules let the text pass. */
  static boolean fits(String text, StringRules rules) {
    return (!rules.hasPattern() || text.matches(rules.getPattern()))
        && (!rules.hasMinLen() || text.length() >= rules.getMinLen())
        && (!rules.hasLen() || text.length() == rules.getLen())
        && (!rules.hasMinBytes() || text.length() >= rules.getMinBytes())
        && (!rules.hasMaxLen() || text.length() <= rules.getMaxLen())
        && (!rules.getUuid() || text.length() == 36)
        && (rules.getInCount() == 0 || rules.getInList().contains(text));
  }

  private static boolean isNeeded(FieldDescriptor field) {
    FieldRules rules = rules(field);
    if (rules.getIgnore() == Ignore.IGNORE_IF_ZERO_VALUE) {
      return false;
    }
    if (field.isRepeated()) {
      return rules.getRepeated().getMinItems() > 0 || rules.getMap().getMinPairs() > 0;
    }
    return rules.getRequired()
        || switch (field.getJavaType()) {
          case STRING -> !fits("", rules.getString());
          case BYTE_STRING -> length(field) > 0;
          case INT -> rules.getInt32().getGte() > 0;
          case LONG -> rules.getInt64().getGte() > 0;
          case ENUM -> rules.getEnum().getNotInList().contains(0);
          default -> false;
        };
  }

  private static long length(FieldDescriptor field) {
    var bytes =
        field.isRepeated()
            ? rules(field).getRepeated().getItems().getBytes()
            : rules(field).getBytes();
    return bytes.hasLen() ? bytes.getLen() : bytes.getMinLen();
  }

  private static FieldRules rules(FieldDescriptor field) {
    return field.getOptions().getExtension(ValidateProto.field);
  }
}
