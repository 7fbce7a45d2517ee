package dev.kryonix.gateway.codec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.kryonix.kit.errors.ServiceException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A scalar type: its values from JSON or text to the wire, and from the wire to JSON. */
final class ScalarCodec {
  /** The payload of any scalar's default, whatever its wire type. */
  private static final byte[] DEFAULT = new byte[Long.BYTES];

  private final FieldDescriptor.Type type;
  private final @Nullable EnumCodec values;

  ScalarCodec(FieldDescriptor field) {
    type = field.getType();
    values = type == FieldDescriptor.Type.ENUM ? new EnumCodec(field.getEnumType()) : null;
  }

  int wireType() {
    return switch (type) {
      case INT32, INT64, UINT32, UINT64, SINT32, SINT64, BOOL, ENUM -> WireIn.VARINT;
      case FIXED64, SFIXED64, DOUBLE -> WireIn.FIXED64;
      case FIXED32, SFIXED32, FLOAT -> WireIn.FIXED32;
      case STRING, BYTES -> WireIn.LENGTH;
      case MESSAGE, GROUP -> throw notScalar();
    };
  }

  /** Whether JSON's null is a value of it. */
  boolean takesNull() {
    return values != null && values.isNull();
  }

  /** Reads a JSON value and writes it, without a tag. */
  void read(JsonIn in, WireOut out) {
    switch (in.peek()) {
      case '"' -> {
        if (type == FieldDescriptor.Type.BOOL) {
          throw mistyped(in);
        }
        in.string();
        parse(in, out);
      }
      case 't', 'f' -> {
        if (type != FieldDescriptor.Type.BOOL) {
          throw mistyped(in);
        }
        out.varint(in.bool() ? 1 : 0);
      }
      case 'n' -> {
        if (!takesNull()) {
          throw mistyped(in);
        }
        in.readNull();
        out.varint(0);
      }
      case '{', '[' -> throw mistyped(in);
      default -> {
        in.requireNumber();
        if (type == FieldDescriptor.Type.BOOL
            || type == FieldDescriptor.Type.STRING
            || type == FieldDescriptor.Type.BYTES) {
          throw mistyped(in);
        }
        in.number();
        parse(in, out);
      }
    }
  }

  private void parse(JsonIn in, WireOut out) {
    try {
      parse(in.text(), in.from(), in.to(), out);
    } catch (IllegalArgumentException e) {
      throw CodecErrors.value(in.path(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * Writes the value that a text stands for, without a tag: of a path, a query, a map's key or a
   * JSON string. A value that does not fit throws IllegalArgumentException.
   */
  void parse(byte[] text, int from, int to, WireOut out) {
    switch (type) {
      case INT32 -> out.varint(int32(text, from, to));
      case SINT32 -> {
        int value = int32(text, from, to);
        out.varint((value << 1 ^ value >> 31) & 0xFFFF_FFFFL);
      }
      case SFIXED32 -> out.fixed32(int32(text, from, to));
      case UINT32 -> out.varint(uint32(text, from, to));
      case FIXED32 -> out.fixed32((int) uint32(text, from, to));
      case INT64 -> out.varint(int64(text, from, to));
      case SINT64 -> {
        long value = int64(text, from, to);
        out.varint(value << 1 ^ value >> 63);
      }
      case SFIXED64 -> out.fixed64(int64(text, from, to));
      case UINT64 -> out.varint(Numbers.unsigned64(text, from, to));
      case FIXED64 -> out.fixed64(Numbers.unsigned64(text, from, to));
      case FLOAT ->
          out.fixed32(Float.floatToRawIntBits((float) real(text, from, to, Float.MAX_VALUE)));
      case DOUBLE ->
          out.fixed64(Double.doubleToRawLongBits(real(text, from, to, Double.MAX_VALUE)));
      case BOOL -> out.varint(bool(text, from, to) ? 1 : 0);
      case STRING -> {
        if (!Text.isUtf8(text, from, to)) {
          throw new IllegalArgumentException("not UTF-8");
        }
        out.bytes(text, from, to);
      }
      case BYTES -> Base64Text.decode(text, from, to, out);
      case ENUM -> out.varint(values().parse(text, from, to));
      case MESSAGE, GROUP -> throw notScalar();
    }
  }

  /** Prints the value that stands on the wire behind its tag. */
  void print(WireIn in, JsonOut out) {
    switch (type) {
      case INT32 -> {
        int value = (int) in.varint();
        out.number(value);
      }
      case SINT32 -> {
        int value = (int) in.varint();
        out.number(value >>> 1 ^ -(value & 1));
      }
      case SFIXED32 -> out.number(in.fixed32());
      case UINT32 -> out.number(in.varint() & 0xFFFF_FFFFL);
      case FIXED32 -> out.number(in.fixed32() & 0xFFFF_FFFFL);
      case INT64 -> quoted(in.varint(), out);
      case SINT64 -> {
        long value = in.varint();
        quoted(value >>> 1 ^ -(value & 1), out);
      }
      case SFIXED64 -> quoted(in.fixed64(), out);
      case UINT64 -> quotedUnsigned(in.varint(), out);
      case FIXED64 -> quotedUnsigned(in.fixed64(), out);
      case FLOAT -> out.number(Float.intBitsToFloat(in.fixed32()));
      case DOUBLE -> out.number(Double.longBitsToDouble(in.fixed64()));
      case BOOL -> out.ascii(in.varint() != 0 ? "true" : "false");
      case STRING -> {
        int length = in.length();
        out.string(in.bytes, in.position(), in.position() + length);
        in.moveTo(in.position() + length);
      }
      case BYTES -> {
        int length = in.length();
        out.raw((byte) '"');
        Base64Text.encode(in.bytes, in.position(), in.position() + length, out);
        out.raw((byte) '"');
        in.moveTo(in.position() + length);
      }
      case ENUM -> values().print((int) in.varint(), out);
      case MESSAGE, GROUP -> throw notScalar();
    }
  }

  void printDefault(JsonOut out) {
    print(new WireIn(DEFAULT), out);
  }

  /** Whether the value that stands behind its tag is the default; it is not consumed. */
  boolean isDefault(WireIn in) {
    int start = in.position();
    boolean is =
        switch (type) {
          case INT32, SINT32, UINT32, ENUM -> (int) in.varint() == 0;
          case INT64, SINT64, UINT64, BOOL -> in.varint() == 0;
          case FIXED32, SFIXED32, FLOAT -> in.fixed32() == 0;
          case FIXED64, SFIXED64, DOUBLE -> in.fixed64() == 0;
          case STRING, BYTES -> in.length() == 0;
          case MESSAGE, GROUP -> throw notScalar();
        };
    in.moveTo(start);
    return is;
  }

  /** Whether an enum that admits no other numbers than its own has this one; it is not consumed. */
  boolean isKnown(WireIn in) {
    if (values == null || !values.isClosed()) {
      return true;
    }
    int start = in.position();
    boolean known = values.knows((int) in.varint());
    in.moveTo(start);
    return known;
  }

  /** The text of a map's key; equal keys have equal texts. */
  String key(WireIn in) {
    return switch (type) {
      case STRING -> {
        int length = in.length();
        yield Text.string(in.bytes, in.position(), in.position() + length);
      }
      case INT32 -> Integer.toString((int) in.varint());
      case SINT32 -> {
        int value = (int) in.varint();
        yield Integer.toString(value >>> 1 ^ -(value & 1));
      }
      case SFIXED32 -> Integer.toString(in.fixed32());
      case UINT32 -> Integer.toUnsignedString((int) in.varint());
      case FIXED32 -> Integer.toUnsignedString(in.fixed32());
      case INT64 -> Long.toString(in.varint());
      case SINT64 -> {
        long value = in.varint();
        yield Long.toString(value >>> 1 ^ -(value & 1));
      }
      case SFIXED64 -> Long.toString(in.fixed64());
      case UINT64 -> Long.toUnsignedString(in.varint());
      case FIXED64 -> Long.toUnsignedString(in.fixed64());
      case BOOL -> in.varint() != 0 ? "true" : "false";
      case FLOAT, DOUBLE, BYTES, ENUM, MESSAGE, GROUP ->
          throw new IllegalStateException("no key of a map: " + type);
    };
  }

  String defaultKey() {
    return key(new WireIn(DEFAULT));
  }

  private ServiceException mistyped(JsonIn in) {
    return in.mistyped(type.name().toLowerCase(Locale.ROOT));
  }

  private static int int32(byte[] text, int from, int to) {
    return (int)
        Numbers.signed(text, from, to, Integer.MIN_VALUE, Integer.MAX_VALUE, "a 32-bit integer");
  }

  private static long uint32(byte[] text, int from, int to) {
    return Numbers.signed(text, from, to, 0, 0xFFFF_FFFFL, "an unsigned 32-bit integer");
  }

  private static long int64(byte[] text, int from, int to) {
    return Numbers.signed(text, from, to, Long.MIN_VALUE, Long.MAX_VALUE, "a 64-bit integer");
  }

  private static double real(byte[] text, int from, int to, double max) {
    int last = from < to ? text[to - 1] : 0;
    // Only the names of what is no number end in a letter.
    if (last >= 'A') {
      switch (Text.brief(text, from, to)) {
        case "NaN" -> {
          return Double.NaN;
        }
        case "Infinity" -> {
          return Double.POSITIVE_INFINITY;
        }
        case "-Infinity" -> {
          return Double.NEGATIVE_INFINITY;
        }
        default -> {}
      }
    }
    return Numbers.real(text, from, to, max);
  }

  private static boolean bool(byte[] text, int from, int to) {
    String word = Text.brief(text, from, to);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'" + word + "' is neither true nor false");
    };
  }

  private static void quoted(long value, JsonOut out) {
    out.raw((byte) '"');
    out.number(value);
    out.raw((byte) '"');
  }

  private static void quotedUnsigned(long value, JsonOut out) {
    out.raw((byte) '"');
    out.unsigned(value);
    out.raw((byte) '"');
  }

  private EnumCodec values() {
    if (values == null) {
      throw notScalar();
    }
    return values;
  }

  private static IllegalStateException notScalar() {
    return new IllegalStateException("not a scalar");
  }
}
