package dev.kryonix.gateway.codec;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The values of an enum: printed by name, read by name or number. */
final class EnumCodec {
  private final String name;
  private final boolean isNull;
  private final boolean closed;
  private final NameTable<Integer> numbers;
  private final Map<Integer, byte[]> quotedNames = new HashMap<>();

  EnumCodec(EnumDescriptor type) {
    name = type.getName();
    isNull = type.getFullName().equals("google.protobuf.NullValue");
    closed = type.isClosed();
    Map<String, Integer> byName = new HashMap<>();
    for (EnumValueDescriptor value : type.getValues()) {
      byName.put(value.getName(), value.getNumber());
      quotedNames.putIfAbsent(
          value.getNumber(), ("\"" + value.getName() + "\"").getBytes(StandardCharsets.UTF_8));
    }
    numbers = new NameTable<>(byName);
  }

  /** Whether it is google.protobuf.NullValue, which stands for JSON's null. */
  boolean isNull() {
    return isNull;
  }

  /** Whether it admits no other numbers than its own. */
  boolean isClosed() {
    return closed;
  }

  boolean knows(int number) {
    return quotedNames.containsKey(number);
  }

  int parse(byte[] text, int from, int to) {
    Integer number = numbers.find(text, from, to);
    if (number != null) {
      return number;
    }
    if (from < to && (text[from] == '-' || (text[from] >= '0' && text[from] <= '9'))) {
      int given =
          (int)
              Numbers.signed(
                  text,
                  from,
                  to,
                  Integer.MIN_VALUE,
                  Integer.MAX_VALUE,
                  "a name or number of " + name);
      if (!closed || knows(given)) {
        return given;
      }
    }
    throw new IllegalArgumentException(
        "'" + Text.brief(text, from, to) + "' is not a value of " + name);
  }

  void print(int number, JsonOut out) {
    byte[] quoted = quotedNames.get(number);
    if (isNull) {
      out.ascii("null");
    } else if (quoted == null) {
      out.number(number);
    } else {
      out.raw(quoted);
    }
  }
}
