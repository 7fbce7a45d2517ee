package dev.kryonix.gateway.codec;

/** A message whose JSON is one string. */
abstract sealed class TextualCodec extends MessageCodec
    permits TimestampCodec, DurationCodec, FieldMaskCodec {
  private final String name;

  TextualCodec(String name) {
    this.name = name;
  }

  @Override
  final void read(JsonIn in, WireOut out, GivenPaths given) {
    if (in.peek() != '"') {
      throw in.mistyped(name);
    }
    in.string();
    try {
      parse(in.text(), in.from(), in.to(), out);
    } catch (IllegalArgumentException e) {
      throw CodecErrors.value(in.path(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  final void parse(byte[] text, WireOut out) {
    parse(text, 0, text.length, out);
  }

  /** Writes the fields; a text that is none throws IllegalArgumentException. */
  abstract void parse(byte[] text, int from, int to, WireOut out);

  final IllegalArgumentException not(byte[] text, int from, int to, String form) {
    return new IllegalArgumentException(
        "'" + Text.brief(text, from, to) + "' is not a " + name + ", such as " + form);
  }
}
