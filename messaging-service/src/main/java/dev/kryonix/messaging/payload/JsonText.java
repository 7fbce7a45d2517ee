package dev.kryonix.messaging.payload;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * The contract's JSON values as the text that consumers receive, and back. Not protobuf's own
 * printer and parser: that writes 7 as {@code 7.0} and five characters as six each, and this takes
 * what is no JSON (RFC 8259).
 */
public final class JsonText {
  /** Integers up to here are all different as a double. */
  private static final double EXACT = 1L << 53;

  /** A level takes three of the hundred that protobuf's parsers follow, and the message some. */
  private static final int MOST_DEPTH = 30;

  /** Longer than any number that a double holds exactly as it is usually written. */
  private static final int LONGEST_NUMBER = 40;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private JsonText() {}

  /** Thrown for what no value of the contract says without a change. */
  private static final class InexactException extends IOException {
    InexactException(String what) {
      super(what);
    }
  }

  /**
   * The value's text, in UTF-8 and without white space.
   *
   * @throws IllegalArgumentException when the value or one in it is none, or an infinite number
   */
  public static byte[] of(Value value) {
    StringWriter text = new StringWriter();
    JsonWriter writer = new JsonWriter(text);
    writer.setStrictness(Strictness.STRICT);
    try {
      write(writer, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(JsonWriter writer, Value value) throws IOException {
    switch (value.getKindCase()) {
      case NULL_VALUE -> writer.nullValue();
      case NUMBER_VALUE -> write(writer, value.getNumberValue());
      case STRING_VALUE -> writer.value(value.getStringValue());
      case BOOL_VALUE -> writer.value(value.getBoolValue());
      case STRUCT_VALUE -> {
        writer.beginObject();
        for (Map.Entry<String, Value> field : value.getStructValue().getFieldsMap().entrySet()) {
          writer.name(field.getKey());
          write(writer, field.getValue());
        }
        writer.endObject();
      }
      case LIST_VALUE -> {
        writer.beginArray();
        for (Value each : value.getListValue().getValuesList()) {
          write(writer, each);
        }
        writer.endArray();
      }
      case KIND_NOT_SET -> throw new IllegalArgumentException("a value of no kind");
    }
  }

  private static void write(JsonWriter writer, double number) throws IOException {
    long integer = (long) number;
    boolean isNegativeZero = integer == 0 && Double.compare(number, 0.0) < 0;
    if (integer == number && Math.abs(number) <= EXACT && !isNegativeZero) {
      writer.value(integer);
    } else {
      writer.value(number);
    }
  }

  /**
   * The value of a text; empty when it is no JSON text, or when the value would not be all of it: a
   * number with more digits than a double has, an object with a name twice, half a surrogate pair,
   * more levels than receivers parse.
   */
  public static Optional<Value> parse(byte[] text) {
    try {
      String characters =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
      if (!characters.isEmpty() && characters.charAt(0) == BYTE_ORDER_MARK) {
        return Optional.empty();
      }
      JsonReader reader = new JsonReader(new StringReader(characters));
      reader.setStrictness(Strictness.STRICT);
      reader.setNestingLimit(MOST_DEPTH);
      Value value = read(reader);
      return reader.peek() == JsonToken.END_DOCUMENT ? Optional.of(value) : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Value read(JsonReader reader) throws IOException {
    Value.Builder value = Value.newBuilder();
    switch (reader.peek()) {
      case BEGIN_OBJECT -> value.setStructValue(readObject(reader));
      case BEGIN_ARRAY -> {
        ListValue.Builder list = ListValue.newBuilder();
        reader.beginArray();
        while (reader.hasNext()) {
          list.addValues(read(reader));
        }
        reader.endArray();
        value.setListValue(list);
      }
      case STRING -> value.setStringValue(wellFormed(reader.nextString()));
      case NUMBER -> value.setNumberValue(exact(reader.nextString()));
      case BOOLEAN -> value.setBoolValue(reader.nextBoolean());
      case NULL -> {
        reader.nextNull();
        value.setNullValue(NullValue.NULL_VALUE);
      }
      default -> throw new InexactException("no value");
    }
    return value.build();
  }

  private static Struct readObject(JsonReader reader) throws IOException {
    Struct.Builder struct = Struct.newBuilder();
    reader.beginObject();
    while (reader.hasNext()) {
      String name = wellFormed(reader.nextName());
      if (struct.containsFields(name)) {
        throw new InexactException("a name twice");
      }
      struct.putFields(name, read(reader));
    }
    reader.endObject();
    return struct.build();
  }

  private static String wellFormed(String text) throws IOException {
    if (text.codePoints().anyMatch(JsonText::isHalf)) {
      throw new InexactException("half a surrogate pair");
    }
    return text;
  }

  /** Both halves together are another code point. */
  private static boolean isHalf(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static double exact(String text) throws IOException {
    double number = Double.parseDouble(text);
    if (text.length() > LONGEST_NUMBER
        || !Double.isFinite(number)
        || new BigDecimal(text).compareTo(new BigDecimal(Double.toString(number))) != 0) {
      throw new InexactException("a number that is no double");
    }
    return number;
  }
}
