package dev.kryonix.kit.server;

import build.buf.validate.BytesRules;
import build.buf.validate.DurationRules;
import build.buf.validate.EnumRules;
import build.buf.validate.FieldRules;
import build.buf.validate.MapRules;
import build.buf.validate.StringRules;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import dev.kryonix.kit.server.KnownRules.TypeRules;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a value must be, so far as that is known here. */
interface ValueRule {
  /** Whether a value certainly is what it must be. */
  boolean keeps(Object value);

  /** Takes note of a value that is. */
  default void learn(Object valid) {}

  /** Whether every value is. */
  default boolean isNone() {
    return false;
  }

  /** The rules of a value; empty when there are some that are not known here. */
  static Optional<ValueRule> of(FieldDescriptor field, FieldRules rules, KnownRules all) {
    return switch (rules.getTypeCase()) {
      case TYPE_NOT_SET ->
          switch (field.getJavaType()) {
            case MESSAGE -> Optional.of(new Nested(all));
            case STRING -> Text.of(StringRules.getDefaultInstance());
            default -> Optional.of(new Any());
          };
      case STRING -> Text.of(rules.getString());
      case BYTES -> Bytes.of(rules.getBytes());
      case ENUM -> Defined.of(field.getEnumType(), rules.getEnum());
      case DURATION -> Time.of(rules.getDuration());
      case INT32 -> Whole.of(rules.getInt32());
      case INT64 -> Whole.of(rules.getInt64());
      case UINT32,
          UINT64,
          SINT32,
          SINT64,
          FIXED32,
          FIXED64,
          SFIXED32,
          SFIXED64,
          FLOAT,
          DOUBLE,
          BOOL,
          MAP,
          REPEATED,
          ANY,
          FIELD_MASK,
          TIMESTAMP ->
          Optional.empty();
    };
  }

  /** Anything. */
  record Any() implements ValueRule {
    @Override
    public boolean keeps(Object value) {
      return true;
    }

    @Override
    public boolean isNone() {
      return true;
    }
  }

  /** A message that keeps the rules of its own type. */
  final class Nested implements ValueRule {
    private final KnownRules all;

    /** Found with the first value, since types may hold each other; the same whoever finds it. */
    private @Nullable TypeRules found;

    Nested(KnownRules all) {
      this.all = all;
    }

    @Override
    public boolean keeps(Object value) {
      Message message = (Message) value;
      return rules(message).keeps(message);
    }

    @Override
    public void learn(Object valid) {
      Message message = (Message) valid;
      rules(message).learn(message);
    }

    private TypeRules rules(Message message) {
      TypeRules rules = found;
      if (rules == null) {
        rules = all.of(message);
        found = rules;
      }
      return rules;
    }
  }

  /** A pair of a map. */
  record Pair(ValueRule key, ValueRule value) implements ValueRule {
    static Optional<ValueRule> of(FieldDescriptor map, MapRules rules, KnownRules all) {
      FieldDescriptor key = map.getMessageType().findFieldByName("key");
      FieldDescriptor value = map.getMessageType().findFieldByName("value");
      // In a map, the value of an enum is its number.
      if (value.getJavaType() == JavaType.ENUM) {
        return Optional.empty();
      }
      return ValueRule.of(key, rules.getKeys(), all)
          .flatMap(
              keys ->
                  ValueRule.of(value, rules.getValues(), all)
                      .map(values -> new Pair(keys, values)));
    }

    @Override
    public boolean keeps(Object pair) {
      return pair instanceof MapEntry<?, ?> each
          && key.keeps(each.getKey())
          && value.keeps(each.getValue());
    }

    @Override
    public void learn(Object valid) {
      if (valid instanceof MapEntry<?, ?> each) {
        key.learn(each.getKey());
        value.learn(each.getValue());
      }
    }

    @Override
    public boolean isNone() {
      return key.isNone() && value.isNone();
    }
  }

  /** A text of some length without U+0000, and of a pattern that it is known to match. */
  record Text(StringRules rules, Set<String> matching) implements ValueRule {
    private static final Set<String> KNOWN =
        Set.of("min_len", "max_len", "min_bytes", "max_bytes", "pattern", "not_contains");

    /** Names of modules, types and topics: few, and the same again and again. */
    private static final int MOST_KEPT = 1000;

    private static final int LONGEST_KEPT = 64;
    private static final int MOST_BYTES_OF_A_CHAR = 3;

    static Optional<ValueRule> of(StringRules rules) {
      return FieldRule.isKnown(rules, KNOWN)
          ? Optional.of(new Text(rules, ConcurrentHashMap.newKeySet()))
          : Optional.empty();
    }

    @Override
    public boolean keeps(Object value) {
      String text = (String) value;
      if (!CommonRules.keeps(text) || (rules.hasPattern() && !matching.contains(text))) {
        return false;
      }
      if (rules.hasNotContains() && text.contains(rules.getNotContains())) {
        return false;
      }
      if (rules.hasMinLen() || rules.hasMaxLen()) {
        int length = text.codePointCount(0, text.length());
        if (length < rules.getMinLen() || (rules.hasMaxLen() && length > rules.getMaxLen())) {
          return false;
        }
      }
      if (rules.hasMinBytes() || rules.hasMaxBytes()) {
        return hasItsBytes(text);
      }
      return true;
    }

    /** They are counted only when the number of characters leaves it open. */
    private boolean hasItsBytes(String text) {
      long most = rules.hasMaxBytes() ? rules.getMaxBytes() : Long.MAX_VALUE;
      int chars = text.length();
      if (chars >= rules.getMinBytes() && (long) chars * MOST_BYTES_OF_A_CHAR <= most) {
        return true;
      }
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      return length >= rules.getMinBytes() && length <= most;
    }

    @Override
    public void learn(Object valid) {
      String text = (String) valid;
      if (rules.hasPattern() && text.length() <= LONGEST_KEPT) {
        if (matching.size() >= MOST_KEPT) {
          matching.clear();
        }
        matching.add(text);
      }
    }
  }

  /** Bytes of some number. */
  record Bytes(long least, long most) implements ValueRule {
    private static final Set<String> KNOWN = Set.of("min_len", "max_len");

    static Optional<ValueRule> of(BytesRules rules) {
      return FieldRule.isKnown(rules, KNOWN)
          ? Optional.of(
              new Bytes(rules.getMinLen(), rules.hasMaxLen() ? rules.getMaxLen() : Long.MAX_VALUE))
          : Optional.empty();
    }

    @Override
    public boolean keeps(Object value) {
      int size = ((ByteString) value).size();
      return size >= least && size <= most;
    }
  }

  /** A number that the enum has a name for, as it is or as protobuf describes it. */
  record Defined(EnumDescriptor type) implements ValueRule {
    static Optional<ValueRule> of(EnumDescriptor type, EnumRules rules) {
      return FieldRule.isKnown(rules, Set.of("defined_only")) && rules.getDefinedOnly()
          ? Optional.of(new Defined(type))
          : Optional.empty();
    }

    @Override
    public boolean keeps(Object value) {
      int number = value instanceof EnumValueDescriptor given ? given.getNumber() : (Integer) value;
      return type.findValueByNumber(number) != null;
    }
  }

  /** A whole number within bounds. */
  record Whole(long least, long most) implements ValueRule {
    private static final Set<String> KNOWN = Set.of("gt", "gte", "lt", "lte");

    /** The rules for all kinds of whole numbers read the same. */
    static Optional<ValueRule> of(Message rules) {
      if (!FieldRule.isKnown(rules, KNOWN)) {
        return Optional.empty();
      }
      long least = Long.MIN_VALUE;
      long most = Long.MAX_VALUE;
      for (var each : rules.getAllFields().entrySet()) {
        long bound = ((Number) each.getValue()).longValue();
        switch (each.getKey().getName()) {
          case "gt" -> least = Math.addExact(bound, 1);
          case "gte" -> least = bound;
          case "lt" -> most = Math.subtractExact(bound, 1);
          default -> most = bound;
        }
      }
      // The other way round they say what the number must not be.
      return least <= most ? Optional.of(new Whole(least, most)) : Optional.empty();
    }

    @Override
    public boolean keeps(Object value) {
      long number = ((Number) value).longValue();
      return number >= least && number <= most;
    }
  }

  /** A time that is not negative, within bounds. */
  record Time(java.time.Duration least, java.time.Duration most) implements ValueRule {
    private static final Set<String> KNOWN = Set.of("gt", "gte", "lt", "lte");
    private static final java.time.Duration LONGEST = java.time.Duration.ofDays(366_000);
    private static final int SECOND = 1_000_000_000;

    static Optional<ValueRule> of(DurationRules rules) {
      if (!FieldRule.isKnown(rules, KNOWN)) {
        return Optional.empty();
      }
      java.time.Duration least = java.time.Duration.ZERO;
      java.time.Duration most = LONGEST;
      for (var each : rules.getAllFields().entrySet()) {
        Duration given = (Duration) each.getValue();
        java.time.Duration bound =
            java.time.Duration.ofSeconds(given.getSeconds(), given.getNanos());
        switch (each.getKey().getName()) {
          case "gt" -> least = bound.plusNanos(1);
          case "gte" -> least = bound;
          case "lt" -> most = bound.minusNanos(1);
          default -> most = bound;
        }
      }
      return !least.isNegative() && least.compareTo(most) <= 0 && most.compareTo(LONGEST) <= 0
          ? Optional.of(new Time(least, most))
          : Optional.empty();
    }

    @Override
    public boolean keeps(Object value) {
      if (!(value instanceof Duration given)
          || given.getSeconds() < 0
          || given.getSeconds() > LONGEST.toSeconds()
          || given.getNanos() < 0
          || given.getNanos() >= SECOND) {
        return false;
      }
      java.time.Duration time = java.time.Duration.ofSeconds(given.getSeconds(), given.getNanos());
      return time.compareTo(least) >= 0 && time.compareTo(most) <= 0;
    }
  }
}
