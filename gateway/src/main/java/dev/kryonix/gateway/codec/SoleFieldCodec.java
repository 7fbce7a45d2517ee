package dev.kryonix.gateway.codec;

/**
 * A message whose JSON is that of its only field: a wrapper such as Int64Value, Struct, ListValue.
 */
final class SoleFieldCodec extends MessageCodec {
  private static final int SOLE = 1;

  private final PlainCodec plain;

  SoleFieldCodec(PlainCodec plain) {
    this.plain = plain;
  }

  @Override
  void read(JsonIn in, WireOut out, GivenPaths given) {
    plain.require(SOLE).read(in, out, GivenPaths.IGNORED);
  }

  @Override
  void print(WireIn in, JsonOut out) {
    plain.printAlone(plain.require(SOLE), in, out);
  }

  @Override
  void parse(byte[] text, WireOut out) {
    plain.require(SOLE).parse(text, out);
  }
}
