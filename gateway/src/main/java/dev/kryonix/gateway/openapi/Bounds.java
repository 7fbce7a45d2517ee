package dev.kryonix.gateway.openapi;

import build.buf.validate.FieldRules;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/** The rules of a number, which protovalidate has by the same names for every numeric type. */
final class Bounds {
  private static final OneofDescriptor ONEOF =
      FieldRules.getDescriptor().getOneofs().stream()
          .filter(oneof -> oneof.getName().equals("type"))
          .findFirst()
          .orElseThrow();

  private final Message rules;
  private final FieldDescriptor field;

  private Bounds(Message rules, FieldDescriptor field) {
    this.rules = rules;
    this.field = field;
  }

  static Optional<Bounds> of(FieldRules rules, FieldDescriptor field) {
    boolean numeric =
        switch (field.getJavaType()) {
          case INT, LONG, FLOAT, DOUBLE -> true;
          default -> false;
        };
    FieldDescriptor set = rules.getOneofFieldDescriptor(ONEOF);
    return numeric && set != null
        ? Optional.of(new Bounds((Message) rules.getField(set), field))
        : Optional.empty();
  }

  boolean refusesZero() {
    if (isReversed()) {
      return false;
    }
    return is("const", value -> value != 0)
        || is("gt", value -> value >= 0)
        || is("gte", value -> value > 0)
        || is("lt", value -> value <= 0)
        || is("lte", value -> value < 0);
  }

  private boolean is(String name, DoublePredicate condition) {
    Number value = rule(name);
    return value != null && condition.test(value.doubleValue());
  }

  void apply(Node schema) {
    if (isReversed()) {
      // Means "outside of", for which there is no keyword.
      return;
    }
    if (field.getJavaType() == JavaType.LONG) {
      ofText(schema);
      return;
    }
    Node target = isFinite() || field.getJavaType() == JavaType.INT ? schema : new Node();
    if (isFinite()) {
      String format = field.getJavaType() == JavaType.FLOAT ? "float" : "double";
      schema.remove("oneOf").put("type", "number").put("format", format);
    }
    put(target, "exclusiveMinimum", "gt");
    put(target, "minimum", "gte");
    put(target, "exclusiveMaximum", "lt");
    put(target, "maximum", "lte");
    put(target, "const", "const");
    if (target != schema && !target.isEmpty()) {
      // A NaN, written as text, lies within no bounds; the constraints of numbers leave text alone.
      schema.remove("oneOf").put("type", "number").putAll(target);
    }
  }

  /** A 64-bit integer is text in JSON, of which a pattern can say at least the sign. */
  private void ofText(Node schema) {
    if (is("gt", value -> value >= 0) || is("gte", value -> value > 0)) {
      schema.put("pattern", "^[1-9][0-9]*$");
    } else if (is("gte", value -> value == 0)) {
      schema.put("pattern", "^(0|[1-9][0-9]*)$");
    }
  }

  private void put(Node schema, String keyword, String name) {
    Number value = rule(name);
    if (value != null) {
      schema.put(keyword, value);
    }
  }

  private boolean isFinite() {
    FieldDescriptor finite = rules.getDescriptorForType().findFieldByName("finite");
    return finite != null && Boolean.TRUE.equals(rules.getField(finite));
  }

  private boolean isReversed() {
    Number low = rule("gte") != null ? rule("gte") : rule("gt");
    Number high = rule("lte") != null ? rule("lte") : rule("lt");
    return low != null && high != null && high.doubleValue() < low.doubleValue();
  }

  private @Nullable Number rule(String name) {
    FieldDescriptor rule = rules.getDescriptorForType().findFieldByName(name);
    return rule != null && rules.hasField(rule) && rules.getField(rule) instanceof Number value
        ? value
        : null;
  }
}
