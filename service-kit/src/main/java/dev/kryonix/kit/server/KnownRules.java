package dev.kryonix.kit.server;

import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rules of messages as plain code, since nearly every call keeps all of them and protovalidate
 * takes as long to find that as some calls take together. A message that passes here keeps its
 * rules. One that does not, or that has a rule which is not known here, is left to protovalidate
 * and {@link NoNul}: only they refuse, and protovalidate decides about every pattern the first time
 * that a text meets it.
 */
final class KnownRules {
  private final Map<Descriptor, TypeRules> types = new ConcurrentHashMap<>();

  /** Whether a message certainly keeps its rules. */
  boolean keeps(Message message) {
    return of(message.getDescriptorForType()).keeps(message);
  }

  /** Takes note of a message that keeps its rules, as protovalidate has found. */
  void learn(Message valid) {
    of(valid.getDescriptorForType()).learn(valid);
  }

  private TypeRules of(Descriptor type) {
    return types.computeIfAbsent(type, each -> TypeRules.of(each, this));
  }

  /** The rules of one type of messages. */
  record TypeRules(boolean known, List<OneofDescriptor> required, List<FieldRule> fields) {
    static final TypeRules UNKNOWN = new TypeRules(false, List.of(), List.of());
    static final TypeRules NONE = new TypeRules(true, List.of(), List.of());

    static TypeRules of(Descriptor type, KnownRules all) {
      // What the messages of protobuf itself must be, only rules of the field say.
      if (type.getFile().getPackage().equals("google.protobuf")) {
        return NONE;
      }
      if (type.getOptions().hasExtension(ValidateProto.message)
          || !type.getOptions().getUnknownFields().isEmpty()) {
        return UNKNOWN;
      }
      List<OneofDescriptor> required = new ArrayList<>();
      for (OneofDescriptor each : type.getOneofs()) {
        if (!each.getOptions().getUnknownFields().isEmpty()) {
          return UNKNOWN;
        }
        if (each.getOptions().hasExtension(ValidateProto.oneof)
            && each.getOptions().getExtension(ValidateProto.oneof).getRequired()) {
          required.add(each);
        }
      }
      List<FieldRule> fields = new ArrayList<>();
      for (var field : type.getFields()) {
        FieldRule rule = FieldRule.of(field, all).orElse(null);
        if (rule == null) {
          return UNKNOWN;
        }
        if (!rule.isNone()) {
          fields.add(rule);
        }
      }
      return new TypeRules(true, List.copyOf(required), List.copyOf(fields));
    }

    boolean keeps(Message message) {
      if (!known) {
        return false;
      }
      for (OneofDescriptor each : required) {
        if (!message.hasOneof(each)) {
          return false;
        }
      }
      for (FieldRule each : fields) {
        if (!each.keeps(message)) {
          return false;
        }
      }
      return true;
    }

    void learn(Message valid) {
      fields.forEach(each -> each.learn(valid));
    }
  }
}
