package dev.kryonix.kit.server;

import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.GeneratedMessage;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The rules of messages as plain code, since nearly every call keeps all of them and protovalidate
 * takes as long to find that as some calls take together. A message that passes here keeps its
 * rules. One that does not, or that has a rule which is not known here, is left to protovalidate
 * and {@link CommonRules}: only they refuse, and protovalidate decides about every pattern the
 * first time that a text meets it.
 */
final class KnownRules {
  private final Map<Class<?>, TypeRules> types = new ConcurrentHashMap<>();

  /** Whether a message certainly keeps its rules. */
  boolean keeps(Message message) {
    return of(message).keeps(message);
  }

  /** Takes note of a message that keeps its rules, as protovalidate has found. */
  void learn(Message valid) {
    of(valid).learn(valid);
  }

  /** The rules of a message's type; those of types that have no class of their own are unknown. */
  TypeRules of(Message message) {
    TypeRules rules = types.get(message.getClass());
    if (rules != null) {
      return rules;
    }
    return message instanceof GeneratedMessage
        ? types.computeIfAbsent(message.getClass(), each -> TypeRules.of(message, this))
        : TypeRules.UNKNOWN;
  }

  /** The rules of one type of messages. */
  record TypeRules(boolean known, List<Predicate<Message>> required, List<FieldRule> fields) {
    static final TypeRules UNKNOWN = new TypeRules(false, List.of(), List.of());
    static final TypeRules JSON_FORM = new TypeRules(true, List.of(JsonForm::has), List.of());

    static TypeRules of(Message message, KnownRules all) {
      Descriptor type = message.getDescriptorForType();
      // What else the messages of protobuf itself must be, only rules of the field say.
      if (type.getFile().getPackage().equals("google.protobuf")) {
        return JSON_FORM;
      }
      if (type.getOptions().hasExtension(ValidateProto.message)
          || !type.getOptions().getUnknownFields().isEmpty()) {
        return UNKNOWN;
      }
      List<Predicate<Message>> required = new ArrayList<>();
      for (OneofDescriptor each : type.getOneofs()) {
        if (!each.getOptions().getUnknownFields().isEmpty()) {
          return UNKNOWN;
        }
        if (each.getOptions().hasExtension(ValidateProto.oneof)
            && each.getOptions().getExtension(ValidateProto.oneof).getRequired()) {
          required.add(Getters.presence(message.getClass(), each));
        }
      }
      List<FieldRule> fields = new ArrayList<>();
      for (var field : type.getFields()) {
        FieldRule rule = FieldRule.of(message.getClass(), field, all).orElse(null);
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
      for (Predicate<Message> each : required) {
        if (!each.test(message)) {
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
