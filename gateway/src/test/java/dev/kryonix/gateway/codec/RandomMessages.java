package dev.kryonix.gateway.codec;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

/** Messages of any type with random contents, each a valid one in JSON too. */
final class RandomMessages {
  private static final List<String> TEXTS =
      List.of(
          "", "a", "plain text", "\"\\/\b\f\n\r\t\u0001", "<&'=>", "äöü", "€", "😀 \u2028", "NaN");
  private static final double[] REALS = {
    0, 1, -1, 0.1, 1e7, 1e-7, 123456.75, 1e300, Double.MIN_VALUE, Float.MAX_VALUE, 1e22, 1e23
  };

  private final Random random;
  private final List<Descriptor> inAny;

  RandomMessages(long seed, List<Descriptor> inAny) {
    this.random = new Random(seed);
    this.inAny = inAny;
  }

  Message of(Descriptor type, int depth) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    switch (type.getFullName()) {
      case "google.protobuf.Timestamp" -> time(message, -62_135_596_800L, 253_402_300_799L, false);
      case "google.protobuf.Duration" -> time(message, -315_575_999_999L, 315_575_999_999L, true);
      case "google.protobuf.FieldMask" -> {
        for (int i = random.nextInt(3); i > 0; i--) {
          message.addRepeatedField(
              type.findFieldByNumber(1), "inner_" + (char) ('a' + i) + ".big_name");
        }
      }
      case "google.protobuf.Any" -> any(message, depth);
      case "google.protobuf.Value" -> value(message, depth);
      default -> type.getFields().forEach(field -> field(message, field, depth));
    }
    return message.build();
  }

  private void field(DynamicMessage.Builder message, FieldDescriptor field, int depth) {
    boolean deep = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth <= 0;
    int fields = field.getContainingType().getFields().size();
    if (deep || random.nextInt(Math.max(2, fields / 6)) > 0) {
      return;
    }
    if (field.isMapField()) {
      Set<Object> keys = new HashSet<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        DynamicMessage.Builder entry = DynamicMessage.newBuilder(field.getMessageType());
        FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
        Object name = value(key, depth);
        if (keys.add(name)) {
          FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
          entry.setField(key, name).setField(value, value(value, depth));
          message.addRepeatedField(field, entry.build());
        }
      }
    } else if (field.isRepeated()) {
      for (int i = random.nextInt(4); i > 0; i--) {
        message.addRepeatedField(field, value(field, depth));
      }
    } else {
      message.setField(field, value(field, depth));
    }
  }

  private Object value(FieldDescriptor field, int depth) {
    return switch (field.getType()) {
      case INT32, SINT32, SFIXED32, UINT32, FIXED32 -> (int) integer();
      case INT64, SINT64, SFIXED64, UINT64, FIXED64 -> integer();
      case BOOL -> random.nextBoolean();
      case FLOAT -> random.nextBoolean() ? random.nextFloat() : small(real());
      case DOUBLE -> random.nextBoolean() ? random.nextGaussian() : real();
      case STRING -> TEXTS.get(random.nextInt(TEXTS.size())) + (random.nextBoolean() ? "x" : "");
      case BYTES -> {
        byte[] bytes = new byte[random.nextInt(6)];
        random.nextBytes(bytes);
        yield ByteString.copyFrom(bytes);
      }
      case ENUM -> {
        int choices = field.getEnumType().getValues().size();
        boolean unknown =
            random.nextInt(4) == 0 && !field.getEnumType().getName().equals("NullValue");
        yield unknown
            ? field.getEnumType().findValueByNumberCreatingIfUnknown(4711)
            : field.getEnumType().getValue(random.nextInt(choices));
      }
      case MESSAGE, GROUP -> of(field.getMessageType(), depth - 1);
    };
  }

  private long integer() {
    long[] special = {
      0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE
    };
    return random.nextBoolean()
        ? LongStream.of(special).skip(random.nextInt(special.length)).findFirst().orElseThrow()
        : random.nextLong() >> random.nextInt(64);
  }

  private double real() {
    int i = random.nextInt(REALS.length + 3);
    return i < REALS.length
        ? REALS[i]
        : i == REALS.length
            ? Double.NaN
            : i == REALS.length + 1 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
  }

  private static float small(double value) {
    return (float)
        (Double.isFinite(value) ? Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE) : value);
  }

  private void time(DynamicMessage.Builder into, long first, long last, boolean signed) {
    Descriptor type = into.getDescriptorForType();
    long seconds = random.nextInt(4) == 0 ? 0 : random.nextLong(first, last + 1);
    int[] fractions = {0, 500_000_000, 1_000, 1, 999_999_999};
    int nanos = fractions[random.nextInt(fractions.length)];
    into.setField(type.findFieldByNumber(1), seconds);
    into.setField(type.findFieldByNumber(2), signed && seconds < 0 ? -nanos : nanos);
  }

  private void any(DynamicMessage.Builder into, int depth) {
    if (random.nextInt(4) == 0) {
      return;
    }
    Message held = of(inAny.get(random.nextInt(inAny.size())), depth - 1);
    Any any = Any.pack(held);
    Descriptor type = into.getDescriptorForType();
    into.setField(type.findFieldByNumber(1), any.getTypeUrl());
    into.setField(type.findFieldByNumber(2), any.getValue());
  }

  private void value(DynamicMessage.Builder into, int depth) {
    Descriptor type = into.getDescriptorForType();
    FieldDescriptor kind =
        type.findFieldByNumber(depth > 0 ? 1 + random.nextInt(6) : 1 + random.nextInt(4));
    into.setField(
        kind, kind.getNumber() == 2 ? (Object) random.nextGaussian() : value(kind, depth));
  }
}
