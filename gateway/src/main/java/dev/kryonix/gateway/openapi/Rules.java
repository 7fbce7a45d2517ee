package dev.kryonix.gateway.openapi;

import build.buf.validate.EnumRules;
import build.buf.validate.FieldRules;
import build.buf.validate.Ignore;
import build.buf.validate.MapRules;
import build.buf.validate.OneofRules;
import build.buf.validate.RepeatedRules;
import build.buf.validate.StringRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.OneofOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The validation rules of fields (protovalidate) as constraints of JSON Schema, where these mean
 * the same. What they cannot say, such as the bounds of a duration, the field's comment does.
 */
final class Rules {
  private static final ExtensionRegistry EXTENSIONS = ExtensionRegistry.newInstance();

  /** What RE2 understands and ECMA 262 does not, or otherwise. */
  private static final Pattern RE2_ONLY =
      Pattern.compile("\\(\\?[^:]|\\\\[AzQECG]|\\[\\[:|\\\\p[^{]");

  static {
    ValidateProto.registerAllExtensions(EXTENSIONS);
  }

  private Rules() {}

  static FieldRules of(FieldDescriptor field) {
    try {
      return FieldOptions.parseFrom(field.getOptions().toByteString(), EXTENSIONS)
          .getExtension(ValidateProto.field);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("unreadable options of " + field.getFullName(), e);
    }
  }

  /** Whether one field of a oneof must be given. */
  static boolean isRequired(OneofDescriptor oneof) {
    try {
      OneofRules rules =
          OneofOptions.parseFrom(oneof.getOptions().toByteString(), EXTENSIONS)
              .getExtension(ValidateProto.oneof);
      return rules.getRequired();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("unreadable options of " + oneof.getFullName(), e);
    }
  }

  /** Whether a message without the field is refused. */
  static boolean isRequired(FieldDescriptor field) {
    FieldRules rules = of(field);
    return switch (rules.getIgnore()) {
      case IGNORE_ALWAYS -> false;
      case IGNORE_IF_ZERO_VALUE -> rules.getRequired();
      default -> rules.getRequired() || (!field.hasPresence() && refusesZero(rules, field));
    };
  }

  private static boolean refusesZero(FieldRules rules, FieldDescriptor field) {
    return switch (rules.getTypeCase()) {
      case STRING -> refusesEmpty(rules.getString());
      case BYTES ->
          rules.getBytes().getMinLen() > 0
              || rules.getBytes().getLen() > 0
              || rules.getBytes().hasIp()
              || rules.getBytes().hasIpv4()
              || rules.getBytes().hasIpv6();
      case ENUM -> refuses(rules.getEnum());
      case REPEATED -> rules.getRepeated().getMinItems() > 0;
      case MAP -> rules.getMap().getMinPairs() > 0;
      case BOOL -> rules.getBool().getConst();
      default -> Bounds.of(rules, field).map(Bounds::refusesZero).orElse(false);
    };
  }

  private static boolean refusesEmpty(StringRules rules) {
    return rules.getMinLen() > 0
        || rules.getLen() > 0
        || rules.getMinBytes() > 0
        || rules.getLenBytes() > 0
        || !rules.getConst().isEmpty()
        || !rules.getPrefix().isEmpty()
        || !rules.getSuffix().isEmpty()
        || !rules.getContains().isEmpty()
        || (rules.getInCount() > 0 && !rules.getInList().contains(""))
        || rules.getNotInList().contains("")
        || rules.getWellKnownCase() != StringRules.WellKnownCase.WELLKNOWN_NOT_SET
        || (rules.hasPattern() && !Pattern.compile(rules.getPattern()).matcher("").find());
  }

  private static boolean refuses(EnumRules rules) {
    return (rules.hasConst() && rules.getConst() != 0)
        || (rules.getInCount() > 0 && !rules.getInList().contains(0))
        || rules.getNotInList().contains(0);
  }

  /** Adds a field's constraints to its schema. */
  static void apply(FieldDescriptor field, Node schema) {
    apply(of(field), field, schema);
  }

  private static void apply(FieldRules rules, FieldDescriptor field, Node schema) {
    if (rules.getIgnore() == Ignore.IGNORE_ALWAYS) {
      return;
    }
    switch (rules.getTypeCase()) {
      case STRING -> string(rules, schema);
      case ENUM -> enumeration(rules.getEnum(), field, schema);
      case REPEATED -> repeated(rules.getRepeated(), field, schema);
      case MAP -> map(rules.getMap(), field, schema);
      case BOOL -> {
        if (rules.getBool().hasConst()) {
          schema.put("const", rules.getBool().getConst());
        }
      }
      default -> Bounds.of(rules, field).ifPresent(bounds -> bounds.apply(schema));
    }
  }

  private static void string(FieldRules field, Node schema) {
    StringRules rules = field.getString();
    if (rules.hasLen()) {
      schema.put("minLength", rules.getLen()).put("maxLength", rules.getLen());
    }
    if (rules.getMinLen() > 0) {
      schema.put("minLength", rules.getMinLen());
    }
    if (rules.hasMaxLen()) {
      schema.put("maxLength", rules.getMaxLen());
    }
    if (rules.hasPattern() && !RE2_ONLY.matcher(rules.getPattern()).find()) {
      schema.put("pattern", rules.getPattern());
    }
    if (rules.hasConst()) {
      schema.put("const", rules.getConst());
    }
    schema.put("enum", List.copyOf(rules.getInList()));
    if (rules.getNotInCount() > 0) {
      schema.put("not", Node.of("enum", List.copyOf(rules.getNotInList())));
    }
    String format =
        switch (rules.getWellKnownCase()) {
          case UUID -> "uuid";
          case EMAIL -> "email";
          case HOSTNAME -> "hostname";
          case IPV4 -> "ipv4";
          case IPV6 -> "ipv6";
          case URI -> "uri";
          case URI_REF -> "uri-reference";
          default -> "";
        };
    schema.put("format", format);
  }

  private static void enumeration(EnumRules rules, FieldDescriptor field, Node schema) {
    List<String> allowed =
        field.getEnumType().getValues().stream()
            .filter(v -> !rules.hasConst() || v.getNumber() == rules.getConst())
            .filter(v -> rules.getInCount() == 0 || rules.getInList().contains(v.getNumber()))
            .filter(v -> !rules.getNotInList().contains(v.getNumber()))
            .map(EnumValueDescriptor::getName)
            .toList();
    if (allowed.size() < field.getEnumType().getValues().size()) {
      schema.put("enum", allowed);
    }
  }

  private static void repeated(RepeatedRules rules, FieldDescriptor field, Node schema) {
    if (rules.getMinItems() > 0) {
      schema.put("minItems", rules.getMinItems());
    }
    if (rules.hasMaxItems()) {
      schema.put("maxItems", rules.getMaxItems());
    }
    schema.flag("uniqueItems", rules.getUnique());
    apply(rules.getItems(), field, schema.child("items"));
  }

  private static void map(MapRules rules, FieldDescriptor field, Node schema) {
    Descriptor entry = field.getMessageType();
    if (rules.getMinPairs() > 0) {
      schema.put("minProperties", rules.getMinPairs());
    }
    if (rules.hasMaxPairs()) {
      schema.put("maxProperties", rules.getMaxPairs());
    }
    FieldDescriptor key = entry.findFieldByNumber(1);
    if (key.getType() == FieldDescriptor.Type.STRING) {
      Node names = new Node();
      apply(rules.getKeys(), key, names);
      if (!names.isEmpty()) {
        schema.put("propertyNames", names);
      }
    }
    apply(rules.getValues(), entry.findFieldByNumber(2), schema.child("additionalProperties"));
  }
}
