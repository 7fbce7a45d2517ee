package dev.kryonix.gateway.transcode;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Scalar values from text, for path variables, query parameters, JSON numbers, strings and map keys
 * alike. A value that does not fit throws IllegalArgumentException with what was expected.
 */
final class Scalars {
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,6})?");
  private static final int LONGEST_NUMBER = 400;
  private static final BigDecimal UINT32_MAX = BigDecimal.valueOf(0xFFFF_FFFFL);
  private static final BigDecimal UINT64_MAX = new BigDecimal("18446744073709551615");

  private Scalars() {}

  static Object parse(FieldDescriptor field, String text) {
    return switch (field.getType()) {
      case INT32, SINT32, SFIXED32 ->
          (int)
              integer(
                  text,
                  BigDecimal.valueOf(Integer.MIN_VALUE),
                  BigDecimal.valueOf(Integer.MAX_VALUE),
                  "a 32-bit integer");
      case UINT32, FIXED32 ->
          (int) integer(text, BigDecimal.ZERO, UINT32_MAX, "an unsigned 32-bit integer");
      case INT64, SINT64, SFIXED64 ->
          integer(
              text,
              BigDecimal.valueOf(Long.MIN_VALUE),
              BigDecimal.valueOf(Long.MAX_VALUE),
              "a 64-bit integer");
      case UINT64, FIXED64 ->
          integer(text, BigDecimal.ZERO, UINT64_MAX, "an unsigned 64-bit integer");
      case FLOAT -> (float) real(text, Float.MAX_VALUE);
      case DOUBLE -> real(text, Double.MAX_VALUE);
      case BOOL -> bool(text);
      case STRING -> string(text);
      case BYTES -> bytes(text);
      case ENUM -> enumValue(field.getEnumType(), text);
      case MESSAGE, GROUP ->
          throw new IllegalArgumentException(
              "a " + field.getMessageType().getName() + " cannot be given as text");
    };
  }

  static EnumValueDescriptor enumByNumber(EnumDescriptor type, String text) {
    int number =
        (int)
            integer(
                text,
                BigDecimal.valueOf(Integer.MIN_VALUE),
                BigDecimal.valueOf(Integer.MAX_VALUE),
                "a name or number of " + type.getName());
    return type.findValueByNumberCreatingIfUnknown(number);
  }

  private static long integer(String text, BigDecimal min, BigDecimal max, String kind) {
    if (text.length() <= LONGEST_NUMBER && NUMBER.matcher(text).matches()) {
      BigDecimal value = new BigDecimal(text);
      // The exponent is looked at first: 1e999999 must not be written out.
      if (value.signum() == 0) {
        return 0;
      }
      if ((long) value.precision() - value.scale() <= 20
          && value.stripTrailingZeros().scale() <= 0
          && value.compareTo(min) >= 0
          && value.compareTo(max) <= 0) {
        return value.toBigIntegerExact().longValue();
      }
    }
    throw new IllegalArgumentException("'" + brief(text) + "' is not " + kind);
  }

  private static double real(String text, double max) {
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> finite(text, max);
    };
  }

  private static double finite(String text, double max) {
    if (text.length() <= LONGEST_NUMBER && NUMBER.matcher(text).matches()) {
      double value = Double.parseDouble(text);
      // A float may round up to its maximum, as the JSON mapping permits.
      if (Math.abs(value) <= max * (1 + 1e-6) && !Double.isInfinite(value)) {
        return Math.clamp(value, -max, max);
      }
    }
    throw new IllegalArgumentException("'" + brief(text) + "' is not a number of this type");
  }

  private static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException("'" + brief(text) + "' is neither true nor false");
    };
  }

  private static String string(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isHighSurrogate(text.charAt(i))
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new IllegalArgumentException("half of a surrogate pair at character " + i);
        }
        i++;
      }
    }
    return text;
  }

  private static ByteString bytes(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '=') {
      end--;
    }
    String plain = text.substring(0, end).replace('-', '+').replace('_', '/');
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(plain));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not base64 or base64url", e);
    }
  }

  private static EnumValueDescriptor enumValue(EnumDescriptor type, String text) {
    EnumValueDescriptor named = type.findValueByName(text);
    if (named != null) {
      return named;
    }
    if (!text.isEmpty() && (text.charAt(0) == '-' || Character.isDigit(text.charAt(0)))) {
      return enumByNumber(type, text);
    }
    throw new IllegalArgumentException("'" + brief(text) + "' is not a value of " + type.getName());
  }

  private static String brief(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "…";
  }
}
