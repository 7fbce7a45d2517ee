package dev.kryonix.kit.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Internal.EnumLite;
import com.google.protobuf.Message;
import java.lang.invoke.CallSite;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads fields by the getters of their generated class, as a lambda would: protobuf's own
 * reflection takes longer than what is then done with a small message. Where there is no such
 * getter, as where names collide, it is left to reflection.
 */
final class Getters {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private Getters() {}

  /**
   * What a message has in a field, as {@link Message#getField} says, but that an enum is its
   * number.
   */
  static Function<Message, Object> value(Class<? extends Message> type, FieldDescriptor field) {
    MethodHandle getter = getter(type, field);
    return getter == null ? message -> message.getField(field) : function(getter);
  }

  /** Whether a message has a field; true when that cannot be told. */
  static Predicate<Message> presence(Class<? extends Message> type, FieldDescriptor field) {
    if (!field.hasPresence()) {
      return message -> true;
    }
    MethodHandle getter = find(type, "has" + camelCase(field.getName()), boolean.class);
    return getter == null ? message -> message.hasField(field) : predicate(getter);
  }

  /** Whether a message has one of the fields of which it may have one. */
  static Predicate<Message> presence(Class<? extends Message> type, OneofDescriptor oneof) {
    MethodHandle getter = find(type, "get" + camelCase(oneof.getName()) + "Case", EnumLite.class);
    if (getter == null) {
      return message -> message.hasOneof(oneof);
    }
    Function<Message, Object> which = function(getter);
    return message -> ((EnumLite) which.apply(message)).getNumber() != 0;
  }

  private static @Nullable MethodHandle getter(
      Class<? extends Message> type, FieldDescriptor field) {
    String name = "get" + camelCase(field.getName());
    boolean isEnum = field.getJavaType() == JavaType.ENUM;
    if (field.isRepeated()) {
      // The lists of the class hold enums as themselves, and have no pairs of a map.
      return isEnum || field.isMapField() ? null : find(type, name + "List", List.class);
    }
    return switch (field.getJavaType()) {
      case INT -> find(type, name, int.class);
      case LONG -> find(type, name, long.class);
      case FLOAT -> find(type, name, float.class);
      case DOUBLE -> find(type, name, double.class);
      case BOOLEAN -> find(type, name, boolean.class);
      case STRING -> find(type, name, String.class);
      case BYTE_STRING -> find(type, name, ByteString.class);
      case ENUM -> find(type, name + "Value", int.class);
      case MESSAGE -> find(type, name, Message.class);
    };
  }

  /** A public method without arguments that returns such; null when there is none. */
  private static @Nullable MethodHandle find(Class<?> type, String name, Class<?> returned) {
    try {
      Class<?> exactly = type.getMethod(name).getReturnType();
      return returned.isAssignableFrom(exactly)
          ? LOOKUP.findVirtual(type, name, MethodType.methodType(exactly))
          : null;
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null;
    }
  }

  @SuppressWarnings("unchecked")
  private static Function<Message, Object> function(MethodHandle getter) {
    return (Function<Message, Object>)
        lambda(Function.class, "apply", MethodType.genericMethodType(1), getter);
  }

  @SuppressWarnings("unchecked")
  private static Predicate<Message> predicate(MethodHandle getter) {
    return (Predicate<Message>)
        lambda(Predicate.class, "test", MethodType.methodType(boolean.class, Object.class), getter);
  }

  private static Object lambda(Class<?> as, String method, MethodType erased, MethodHandle getter) {
    MethodType exactly = erased.returnType().isPrimitive() ? getter.type() : getter.type().wrap();
    try {
      CallSite made =
          LambdaMetafactory.metafactory(
              LOOKUP, method, MethodType.methodType(as), erased, getter, exactly);
      return made.getTarget().asType(MethodType.methodType(Object.class)).invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("no lambda of " + getter, e);
    }
  }

  /** As protobuf's compiler names what belongs to a field. */
  private static String camelCase(String name) {
    StringBuilder camel = new StringBuilder(name.length());
    boolean up = true;
    for (int i = 0; i < name.length(); i++) {
      char each = name.charAt(i);
      if (each == '_') {
        up = true;
      } else {
        camel.append(up && each >= 'a' && each <= 'z' ? (char) (each - 'a' + 'A') : each);
        up = each >= '0' && each <= '9';
      }
    }
    return camel.toString();
  }
}
