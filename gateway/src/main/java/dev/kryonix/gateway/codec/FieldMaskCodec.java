package dev.kryonix.gateway.codec;

/** google.protobuf.FieldMask: its paths in JSON spelling, with commas between them. */
final class FieldMaskCodec extends TextualCodec {
  private static final int PATHS = 1;

  FieldMaskCodec() {
    super("FieldMask");
  }

  @Override
  void parse(byte[] text, int from, int to, WireOut out) {
    if (!Text.isUtf8(text, from, to)) {
      throw new IllegalArgumentException("not UTF-8");
    }
    int start = from;
    for (int at = from; at <= to; at++) {
      if (at == to || text[at] == ',') {
        if (at > start) {
          path(text, start, at, out);
        }
        start = at + 1;
      }
    }
  }

  private static void path(byte[] text, int from, int to, WireOut out) {
    Unescaped path = new Unescaped(2 * (to - from));
    for (int i = from; i < to; i++) {
      if (text[i] >= 'A' && text[i] <= 'Z') {
        path.put('_');
        path.put(text[i] - 'A' + 'a');
      } else {
        path.copy(text, i, i + 1);
      }
    }
    out.tag(PATHS, WireIn.LENGTH);
    out.bytes(path.bytes(), 0, path.size());
  }

  @Override
  void print(WireIn in, JsonOut out) {
    Unescaped paths = new Unescaped(in.end() - in.position());
    while (in.hasNext()) {
      int tag = in.tag();
      if (WireIn.number(tag) != PATHS || WireIn.wireType(tag) != WireIn.LENGTH) {
        in.skip(tag);
        continue;
      }
      int length = in.length();
      int from = in.position();
      in.moveTo(from + length);
      if (length > 0) {
        if (paths.size() > 0) {
          paths.put(',');
        }
        camel(in.bytes, from, from + length, paths);
      }
    }
    out.string(paths.bytes(), 0, paths.size());
  }

  /** As protobuf does it: a letter behind an underscore rises, and others sink. */
  private static void camel(byte[] text, int from, int to, Unescaped paths) {
    boolean rise = false;
    for (int i = from; i < to; i++) {
      byte b = text[i];
      if (b == '_') {
        rise = true;
        continue;
      }
      if (rise && b >= 'a' && b <= 'z') {
        paths.put(b - 'a' + 'A');
      } else if (!rise && b >= 'A' && b <= 'Z') {
        paths.put(b - 'A' + 'a');
      } else {
        paths.copy(text, i, i + 1);
      }
      rise = false;
    }
  }
}
