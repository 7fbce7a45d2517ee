package dev.kryonix.gateway.codec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message whose JSON is an object of its fields. Stricter than protobuf's JsonFormat where a
 * mistake would pass in silence: an unknown or repeated field name and a second member of a oneof
 * are refused, each with its path.
 */
final class PlainCodec extends MessageCodec {
  static final byte[] TYPE_MEMBER = member("@type");

  /** Numbers below this are found by index. */
  private static final int DENSE = 256;

  private final Descriptor type;
  private FieldCodec[] fields = {};
  private @Nullable FieldCodec[] dense = {};
  private Map<Integer, FieldCodec> sparse = Map.of();
  private NameTable<FieldCodec> names = new NameTable<>(Map.of());
  private int marks;

  PlainCodec(Descriptor type) {
    this.type = type;
  }

  /** Compiles the fields, when the codecs of all types are there: types may refer to each other. */
  void link(Codecs codecs) {
    Map<String, FieldCodec> byName = new HashMap<>();
    Map<Integer, FieldCodec> byNumber = new HashMap<>();
    fields = new FieldCodec[type.getFields().size()];
    int densest = 0;
    for (FieldDescriptor descriptor : type.getFields()) {
      FieldCodec field = new FieldCodec(descriptor, codecs);
      fields[field.index()] = field;
      byName.put(descriptor.getName(), field);
      byName.put(descriptor.getJsonName(), field);
      byNumber.put(field.number(), field);
      densest = field.number() < DENSE ? Math.max(densest, field.number()) : densest;
    }
    dense = new FieldCodec[densest + 1];
    for (int i = 0; i <= densest; i++) {
      dense[i] = byNumber.remove(i);
    }
    sparse = Map.copyOf(byNumber);
    names = new NameTable<>(byName);
    marks = fields.length + type.getOneofs().size();
  }

  @Nullable FieldCodec field(int number) {
    return number < dense.length ? dense[number] : sparse.get(number);
  }

  /** A field that is known to be there. */
  FieldCodec require(int number) {
    FieldCodec field = field(number);
    if (field == null) {
      throw new IllegalStateException(type.getFullName() + " has no field " + number);
    }
    return field;
  }

  @Override
  boolean hasOwnForm() {
    return false;
  }

  @Override
  void read(JsonIn in, WireOut out, GivenPaths given) {
    in.beginObject();
    readMembers(in, out, given, false);
  }

  /**
   * Reads the members of an object that is open already.
   *
   * @param typed whether a member {@code @type} stands among the fields, once
   */
  void readMembers(JsonIn in, WireOut out, GivenPaths given, boolean typed) {
    long[] seen = new long[(marks >> 6) + 1];
    boolean any = false;
    boolean typeSeen = !typed;
    while (in.nextMember()) {
      FieldCodec field = names.find(in.text(), in.from(), in.to());
      if (field == null) {
        if (!typeSeen && AnyCodec.isType(in)) {
          typeSeen = true;
          in.skip();
          continue;
        }
        throw CodecErrors.unknownField(in.path(), type.getFullName());
      }
      if (!mark(seen, field.index())) {
        throw CodecErrors.value(in.path(), "given twice");
      }
      any = true;
      read(field, in, out, given.child(field.name()), seen);
    }
    if (!any) {
      given.leaf();
    }
  }

  private void read(FieldCodec field, JsonIn in, WireOut out, GivenPaths given, long[] seen) {
    if (in.peek() == 'n' && !field.takesNull()) {
      in.readNull();
      given.leaf();
      return;
    }
    if (field.oneof() >= 0 && !mark(seen, fields.length + field.oneof())) {
      throw CodecErrors.value(in.path(), "only one of " + field.oneofName() + " may be given");
    }
    field.read(in, out, given);
  }

  private static boolean mark(long[] seen, int bit) {
    long mask = 1L << bit;
    if ((seen[bit >> 6] & mask) != 0) {
      return false;
    }
    seen[bit >> 6] |= mask;
    return true;
  }

  @Override
  void print(WireIn in, JsonOut out) {
    out.raw((byte) '{');
    printMembers(in, out);
    out.raw((byte) '}');
  }

  void printMembers(WireIn in, JsonOut out) {
    WireIn ordered = ordered(in);
    while (ordered.hasNext()) {
      int tag = ordered.tag();
      FieldCodec field = field(WireIn.number(tag));
      if (field == null || !field.accepts(WireIn.wireType(tag))) {
        ordered.skip(tag);
      } else {
        field.printMember(ordered, tag, out);
      }
    }
  }

  /** Prints the value of one field, its default when it is absent. */
  void printAlone(FieldCodec field, WireIn in, JsonOut out) {
    WireIn ordered = ordered(in);
    while (ordered.hasNext()) {
      int tag = ordered.tag();
      if (WireIn.number(tag) == field.number() && field.accepts(WireIn.wireType(tag))) {
        field.printBare(ordered, tag, out);
        return;
      }
      ordered.skip(tag);
    }
    field.printDefault(out);
  }

  /**
   * The message with its fields by number, and singular ones once: most often as it stands, since
   * so protobuf writes them. The reader stays where it is.
   */
  WireIn ordered(WireIn in) {
    int start = in.position();
    boolean ordered = isOrdered(in);
    in.moveTo(start);
    return ordered ? in : in.rewritten(new Reordering(this, fields.length).of(in));
  }

  private boolean isOrdered(WireIn in) {
    int last = 0;
    long oneofs = 0;
    while (in.hasNext()) {
      int tag = in.tag();
      int number = WireIn.number(tag);
      FieldCodec field = field(number);
      if (number < last || (number == last && (field == null || field.isSingular()))) {
        return false;
      }
      if (field != null && field.oneof() >= 0) {
        // Beyond 64 oneofs two may share a bit, which costs a reordering and nothing else.
        long bit = 1L << field.oneof();
        if ((oneofs & bit) != 0) {
          return false;
        }
        oneofs |= bit;
      }
      last = number;
      in.skip(tag);
    }
    return true;
  }
}
