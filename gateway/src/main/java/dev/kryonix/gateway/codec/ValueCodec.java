package dev.kryonix.gateway.codec;

/** google.protobuf.Value: any JSON. */
final class ValueCodec extends MessageCodec {
  private static final int NULL = 1;
  private static final int NUMBER = 2;
  private static final int STRING = 3;
  private static final int BOOL = 4;
  private static final int STRUCT = 5;
  private static final int LIST = 6;

  private final PlainCodec plain;

  ValueCodec(PlainCodec plain) {
    this.plain = plain;
  }

  @Override
  boolean takesNull() {
    return true;
  }

  @Override
  void read(JsonIn in, WireOut out, GivenPaths given) {
    int kind =
        switch (in.peek()) {
          case 'n' -> NULL;
          case '"' -> STRING;
          case 't', 'f' -> BOOL;
          case '{' -> STRUCT;
          case '[' -> LIST;
          default -> {
            in.requireNumber();
            yield NUMBER;
          }
        };
    plain.require(kind).readValue(in, out);
  }

  @Override
  void print(WireIn in, JsonOut out) {
    WireIn ordered = plain.ordered(in);
    while (ordered.hasNext()) {
      int tag = ordered.tag();
      FieldCodec field = plain.field(WireIn.number(tag));
      if (field != null && field.accepts(WireIn.wireType(tag))) {
        if (field.number() == NUMBER) {
          out.shortest(finite(ordered));
        } else {
          field.printValue(ordered, out);
        }
        return;
      }
      ordered.skip(tag);
    }
    out.ascii("null");
  }

  /** The names of these would read back as strings. */
  private static double finite(WireIn in) {
    double value = Double.longBitsToDouble(in.fixed64());
    if (!Double.isFinite(value)) {
      throw new MalformedMessageException("a google.protobuf.Value that is no finite number");
    }
    return value;
  }
}
