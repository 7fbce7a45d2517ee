package dev.kryonix.kit.server;

import static build.buf.validate.FieldRules.TypeCase.TYPE_NOT_SET;

import build.buf.validate.FieldRules;
import build.buf.validate.MapRules;
import build.buf.validate.RepeatedRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The rules of one field that are known here.
 *
 * @param field the field
 * @param present whether a message has it
 * @param getter what a message has in it
 * @param required whether it must be there, if it can be told that it is not
 * @param amount how many values it must have, if it may have many
 * @param value what each of its values must be
 */
record FieldRule(
    FieldDescriptor field,
    Predicate<Message> present,
    Function<Message, Object> getter,
    boolean required,
    Amount amount,
    ValueRule value) {
  private static final Set<String> OF_FIELDS =
      Set.of(
          "required",
          "string",
          "bytes",
          "enum",
          "repeated",
          "map",
          "duration",
          "int32",
          "int64",
          "uint32",
          "uint64");
  private static final Set<String> OF_MANY = Set.of("min_items", "max_items", "unique", "items");
  private static final Set<String> OF_MAPS = Set.of("min_pairs", "max_pairs", "keys", "values");

  /**
   * How many values there are.
   *
   * @param least at least
   * @param most at most
   * @param unique whether each is another
   */
  record Amount(long least, long most, boolean unique) {
    static final Amount ANY = new Amount(0, Long.MAX_VALUE, false);

    boolean keeps(List<?> values) {
      int count = values.size();
      return count >= least
          && count <= most
          && (!unique || count < 2 || Set.copyOf(values).size() == count);
    }
  }

  /**
   * The rules of a field of messages of a class; empty when there are some that are not known here.
   */
  static Optional<FieldRule> of(
      Class<? extends Message> type, FieldDescriptor field, KnownRules all) {
    if (!field.getOptions().getUnknownFields().isEmpty()) {
      return Optional.empty();
    }
    FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
    boolean required = rules.getRequired();
    if (!isKnown(rules, OF_FIELDS) || (required && !field.hasPresence())) {
      return Optional.empty();
    }
    if (field.isMapField()) {
      return ofMap(type, field, rules, all);
    }
    if (field.isRepeated() && !rules.hasRepeated() && rules.getTypeCase() != TYPE_NOT_SET) {
      return Optional.empty();
    }
    if (!field.isRepeated()) {
      return ValueRule.of(field, rules, all)
          .map(value -> of(type, field, required, Amount.ANY, value));
    }
    RepeatedRules many = rules.getRepeated();
    if (!isKnown(many, OF_MANY) || !isKnown(many.getItems(), OF_FIELDS)) {
      return Optional.empty();
    }
    if (many.getItems().getRequired()
        || (many.getUnique() && field.getJavaType() != FieldDescriptor.JavaType.STRING)) {
      return Optional.empty();
    }
    long most = many.hasMaxItems() ? many.getMaxItems() : Long.MAX_VALUE;
    Amount amount = new Amount(many.getMinItems(), most, many.getUnique());
    return ValueRule.of(field, many.getItems(), all)
        .map(value -> of(type, field, false, amount, value));
  }

  private static FieldRule of(
      Class<? extends Message> type,
      FieldDescriptor field,
      boolean required,
      Amount amount,
      ValueRule value) {
    return new FieldRule(
        field, Getters.presence(type, field), Getters.value(type, field), required, amount, value);
  }

  private static Optional<FieldRule> ofMap(
      Class<? extends Message> type, FieldDescriptor field, FieldRules rules, KnownRules all) {
    MapRules pairs = rules.getMap();
    if ((!rules.hasMap() && rules.getTypeCase() != TYPE_NOT_SET)
        || !isKnown(pairs, OF_MAPS)
        || !isKnown(pairs.getKeys(), OF_FIELDS)
        || !isKnown(pairs.getValues(), OF_FIELDS)
        || pairs.getKeys().getRequired()
        || pairs.getValues().getRequired()) {
      return Optional.empty();
    }
    long most = pairs.hasMaxPairs() ? pairs.getMaxPairs() : Long.MAX_VALUE;
    return ValueRule.Pair.of(field, pairs, all)
        .map(pair -> of(type, field, false, new Amount(pairs.getMinPairs(), most, false), pair));
  }

  /** Whether rules have none but those. */
  static boolean isKnown(Message rules, Set<String> known) {
    return rules.getUnknownFields().isEmpty()
        && rules.getAllFields().keySet().stream()
            .allMatch(each -> !each.isExtension() && known.contains(each.getName()));
  }

  boolean isNone() {
    return !required && amount.equals(Amount.ANY) && value.isNone();
  }

  boolean keeps(Message message) {
    if (field.isRepeated()) {
      List<?> values = (List<?>) getter.apply(message);
      if (!amount.keeps(values)) {
        return false;
      }
      for (Object each : values) {
        if (!value.keeps(each)) {
          return false;
        }
      }
      return true;
    }
    if (!present.test(message)) {
      return !required;
    }
    return value.keeps(getter.apply(message));
  }

  /** Takes note of what a valid message has in the field. */
  void learn(Message valid) {
    if (field.isRepeated()) {
      ((List<?>) valid.getField(field)).forEach(value::learn);
    } else if (!field.hasPresence() || valid.hasField(field)) {
      value.learn(valid.getField(field));
    }
  }
}
