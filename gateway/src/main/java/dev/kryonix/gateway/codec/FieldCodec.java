package dev.kryonix.gateway.codec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import org.jspecify.annotations.Nullable;

/** One field of a message, compiled. */
final class FieldCodec {
  /** How often the field may stand in a message. */
  private enum Shape {
    SINGULAR,
    REPEATED,
    MAP
  }

  private final String name;
  private final byte[] member;
  private final int number;
  private final int index;
  private final int oneof;
  private final String oneofName;
  private final Shape shape;
  private final boolean presence;
  private final boolean packed;
  private final int wireType;
  private final @Nullable ScalarCodec scalar;
  private final @Nullable MessageCodec message;
  private final @Nullable MapCodec map;

  FieldCodec(FieldDescriptor field, Codecs codecs) {
    if (field.getType() == FieldDescriptor.Type.GROUP) {
      throw new IllegalArgumentException(field.getFullName() + " is a group, which JSON has not");
    }
    name = field.getName();
    member = MessageCodec.member(field.getJsonName());
    number = field.getNumber();
    index = field.getIndex();
    OneofDescriptor choice = field.getRealContainingOneof();
    oneof = choice == null ? -1 : choice.getIndex();
    oneofName = choice == null ? "" : choice.getName();
    shape = field.isMapField() ? Shape.MAP : field.isRepeated() ? Shape.REPEATED : Shape.SINGULAR;
    presence = field.hasPresence();
    packed = field.isPacked();
    scalar = field.getJavaType() == JavaType.MESSAGE ? null : new ScalarCodec(field);
    wireType = scalar == null ? WireIn.LENGTH : scalar.wireType();
    message = scalar == null ? codecs.of(field.getMessageType()) : null;
    map = field.isMapField() ? new MapCodec(field, codecs) : null;
  }

  String name() {
    return name;
  }

  int number() {
    return number;
  }

  int index() {
    return index;
  }

  /** The index of its oneof in the message; negative when it is in none. */
  int oneof() {
    return oneof;
  }

  String oneofName() {
    return oneofName;
  }

  boolean isSingular() {
    return shape == Shape.SINGULAR;
  }

  boolean isMessage() {
    return message != null;
  }

  /** Whether JSON's null is a value of it, rather than its absence. */
  boolean takesNull() {
    return shape == Shape.SINGULAR && valueTakesNull();
  }

  boolean valueTakesNull() {
    return scalar == null ? message().takesNull() : scalar.takesNull();
  }

  /** Whether a value of this wire type is one of the field, rather than something unknown. */
  boolean accepts(int type) {
    return type == wireType || (type == WireIn.LENGTH && shape == Shape.REPEATED && scalar != null);
  }

  /** Reads the field's JSON and writes the field. */
  void read(JsonIn in, WireOut out, GivenPaths given) {
    if (map != null) {
      given.leaf();
      map.read(in, out);
    } else if (shape == Shape.REPEATED) {
      given.leaf();
      readList(in, out);
    } else if (message == null) {
      given.leaf();
      readScalar(in, out);
    } else {
      if (message.hasOwnForm()) {
        given.leaf();
        readMessage(in, out, GivenPaths.IGNORED);
      } else {
        readMessage(in, out, given);
      }
    }
  }

  private void readScalar(JsonIn in, WireOut out) {
    int field = out.size();
    out.tag(number, wireType);
    int payload = out.size();
    scalar().read(in, out);
    if (!presence) {
      out.dropDefault(field, payload);
    }
  }

  /** Writes a value, its tag and whatever it is. */
  void readValue(JsonIn in, WireOut out) {
    if (message == null) {
      out.tag(number, wireType);
      scalar().read(in, out);
    } else {
      readMessage(in, out, GivenPaths.IGNORED);
    }
  }

  private void readMessage(JsonIn in, WireOut out, GivenPaths given) {
    out.tag(number, WireIn.LENGTH);
    int begun = out.begin();
    message().read(in, out, given);
    out.end(begun);
  }

  private void readList(JsonIn in, WireOut out) {
    in.beginArray();
    int begun = -1;
    while (in.nextElement()) {
      if (in.peek() == 'n' && !valueTakesNull()) {
        throw CodecErrors.value(in.path(), "null in an array");
      }
      if (!packed) {
        readValue(in, out);
        continue;
      }
      if (begun < 0) {
        out.tag(number, WireIn.LENGTH);
        begun = out.begin();
      }
      scalar().read(in, out);
    }
    if (begun >= 0) {
      out.end(begun);
    }
  }

  /** Writes the field, or one value of a repeated one, from text of a path or query. */
  void parse(byte[] utf8, WireOut out) {
    out.tag(number, wireType);
    if (message == null) {
      scalar().parse(utf8, 0, utf8.length, out);
    } else {
      int begun = out.begin();
      message.parse(utf8, out);
      out.end(begun);
    }
  }

  /**
   * Prints the field as a member. Its first value's tag was read just now; further values follow at
   * once, if there are any.
   */
  void printMember(WireIn in, int tag, JsonOut out) {
    if (shape == Shape.SINGULAR) {
      if (isAbsent(in)) {
        in.skip(tag);
      } else {
        out.member(member);
        printValue(in, out);
      }
    } else if (map != null) {
      out.member(member);
      map.print(in, this, out);
    } else {
      printList(in, tag, out, true);
    }
  }

  /** Prints the field without its name; its first value's tag was read just now. */
  void printBare(WireIn in, int tag, JsonOut out) {
    if (shape == Shape.SINGULAR) {
      printValue(in, out);
    } else if (map != null) {
      map.print(in, this, out);
    } else {
      printList(in, tag, out, false);
    }
  }

  /** Prints the value of the field in a message that has none. */
  void printDefault(JsonOut out) {
    if (shape != Shape.SINGULAR) {
      out.ascii(shape == Shape.MAP ? "{}" : "[]");
    } else if (scalar == null) {
      message().print(new WireIn(new byte[0]), out);
    } else {
      scalar.printDefault(out);
    }
  }

  void printValue(WireIn in, JsonOut out) {
    if (scalar != null) {
      scalar.print(in, out);
    } else {
      int outer = in.enter();
      message().print(in, out);
      in.leave(outer);
    }
  }

  private boolean isAbsent(WireIn in) {
    return scalar != null && ((!presence && scalar.isDefault(in)) || !scalar.isKnown(in));
  }

  private void printList(WireIn in, int firstTag, JsonOut out, boolean named) {
    int tag = firstTag;
    boolean any = false;
    while (true) {
      boolean chunk = scalar != null && wireType != WireIn.LENGTH && isPacked(tag);
      int outer = chunk ? in.enter() : in.end();
      // A packed chunk may hold no value at all, and then there is nothing to print yet.
      for (boolean more = !chunk || in.hasNext(); more; more = chunk && in.hasNext()) {
        if (scalar != null && !scalar.isKnown(in)) {
          scalar.print(in, new JsonOut(0));
          continue;
        }
        if (!any) {
          begin(out, named);
          any = true;
        }
        out.comma();
        printValue(in, out);
      }
      if (chunk) {
        in.leave(outer);
      }
      tag = nextTag(in);
      if (tag == WireIn.NO_TAG) {
        break;
      }
    }
    if (any) {
      out.raw((byte) ']');
    } else if (!named) {
      out.ascii("[]");
    }
  }

  private void begin(JsonOut out, boolean named) {
    if (named) {
      out.member(member);
    }
    out.raw((byte) '[');
  }

  /** The tag of the next value of this field; what follows otherwise is not consumed. */
  int nextTag(WireIn in) {
    while (in.hasNext()) {
      int start = in.position();
      int tag = in.tag();
      if (WireIn.number(tag) != number) {
        in.moveTo(start);
        return WireIn.NO_TAG;
      }
      if (accepts(WireIn.wireType(tag))) {
        return tag;
      }
      in.skip(tag);
    }
    return WireIn.NO_TAG;
  }

  private static boolean isPacked(int tag) {
    return WireIn.wireType(tag) == WireIn.LENGTH;
  }

  private ScalarCodec scalar() {
    if (scalar == null) {
      throw new IllegalStateException(name + " is a message");
    }
    return scalar;
  }

  private MessageCodec message() {
    if (message == null) {
      throw new IllegalStateException(name + " is a scalar");
    }
    return message;
  }
}
