package dev.kryonix.gateway.codec;

import dev.kryonix.kit.errors.ServiceException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one JSON text, strictly: UTF-8, RFC 8259, bounded nesting, nothing behind its end. What is
 * wrong with it becomes a refusal that names the place.
 */
final class JsonIn {
  /** Deeper than any message of the contracts, shallow enough for any stack. */
  private static final int DEEPEST = 64;

  /** In a path: the object or array has no member yet. */
  private static final int NOTHING = Integer.MIN_VALUE;

  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private final byte[] in;
  private int at;

  /** For each level: where the name begins, or the complement of the index in an array. */
  private final int[] path = new int[DEEPEST + 1];

  private int depth;

  /** The string or number that was read last: the text, or what its escapes stand for. */
  private byte[] text;

  private int from;
  private int to;

  JsonIn(byte[] in) {
    this.in = in;
    this.text = in;
    if (in.length >= 3 && in[0] == (byte) 0xEF && in[1] == (byte) 0xBB && in[2] == (byte) 0xBF) {
      at = 3; // A byte order mark, which RFC 8259 lets a reader ignore.
    }
  }

  /** The first byte of the next token; white space before it is skipped. */
  int peek() {
    while (at < in.length) {
      byte b = in[at];
      if (b > ' ') {
        return b;
      }
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        throw malformed();
      }
      at++;
    }
    throw CodecErrors.json("it ends too early");
  }

  void beginObject() {
    if (peek() != '{') {
      throw expected("an object");
    }
    open();
  }

  void beginArray() {
    if (peek() != '[') {
      throw expected("an array");
    }
    open();
  }

  /** Reads the next member's name, after which its value stands; false at the object's end. */
  boolean nextMember() {
    if (!next('}')) {
      return false;
    }
    if (peek() != '"') {
      throw malformed();
    }
    path[depth] = at;
    string();
    if (peek() != ':') {
      throw malformed();
    }
    at++;
    return true;
  }

  /** Goes to the next element; false at the array's end. */
  boolean nextElement() {
    if (!next(']')) {
      return false;
    }
    path[depth] = path[depth] == NOTHING ? ~0 : path[depth] - 1;
    return true;
  }

  /** Reads a string, whose text is then {@link #text}. */
  void string() {
    int start = ++at;
    int end = plain(start);
    if (in[end] == '\\') {
      unescape(start, end);
      return;
    }
    text = in;
    from = start;
    to = end;
    at = end + 1;
  }

  /** Reads a number, whose text is then {@link #text}. */
  void number() {
    int start = at;
    if (in[at] == '-') {
      at++;
    }
    int first = at;
    digits();
    if (in[first] == '0' && at > first + 1) {
      throw malformed();
    }
    if (at < in.length && in[at] == '.') {
      at++;
      digits();
    }
    if (at < in.length && (in[at] == 'e' || in[at] == 'E')) {
      at++;
      if (at < in.length && (in[at] == '+' || in[at] == '-')) {
        at++;
      }
      digits();
    }
    text = in;
    from = start;
    to = at;
  }

  boolean bool() {
    boolean value = in[at] == 't';
    literal(value ? TRUE : FALSE);
    return value;
  }

  void readNull() {
    literal(NULL);
  }

  byte[] text() {
    return text;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** Reads a value only to step over it. */
  void skip() {
    switch (peek()) {
      case '{' -> {
        beginObject();
        while (nextMember()) {
          skip();
        }
      }
      case '[' -> {
        beginArray();
        while (nextElement()) {
          skip();
        }
      }
      case '"' -> string();
      case 't', 'f' -> bool();
      case 'n' -> readNull();
      default -> {
        requireNumber();
        number();
      }
    }
  }

  /** A place to come back to. */
  long mark() {
    return (long) path[depth] << 32 | at;
  }

  /** Comes back to a place at the same level. */
  void reset(long mark) {
    at = (int) mark;
    path[depth] = (int) (mark >>> 32);
  }

  void end() {
    while (at < in.length) {
      byte b = in[at];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        throw CodecErrors.json("text behind the end of the object");
      }
      at++;
    }
  }

  /** Whether a number begins here; what begins nothing is refused. */
  void requireNumber() {
    int c = peek();
    if (c != '-' && (c < '0' || c > '9')) {
      throw malformed();
    }
  }

  ServiceException expected(String what) {
    kind();
    return CodecErrors.value(path(), what + " expected");
  }

  ServiceException mistyped(String type) {
    return CodecErrors.value(path(), type + " expected, not " + kind());
  }

  /** The path of the value that is being read, as the caller spelled it. */
  String path() {
    StringBuilder whole = new StringBuilder();
    for (int i = 1; i <= depth; i++) {
      if (path[i] == NOTHING) {
        continue;
      }
      if (path[i] < 0) {
        whole.append('[').append(~path[i]).append(']');
      } else {
        whole.append(whole.isEmpty() ? "" : ".").append(name(path[i] + 1));
      }
    }
    return whole.isEmpty() ? "body" : whole.toString();
  }

  private String name(int start) {
    int end = start;
    while (end < in.length && in[end] != '"') {
      end += in[end] == '\\' ? 2 : 1;
    }
    return Text.brief(in, start, Math.min(end, in.length));
  }

  private String kind() {
    return switch (peek()) {
      case '{' -> "object";
      case '[' -> "array";
      case '"' -> "string";
      case 't', 'f' -> "boolean";
      case 'n' -> "null";
      default -> {
        requireNumber();
        yield "number";
      }
    };
  }

  private void open() {
    at++;
    if (++depth > DEEPEST) {
      throw CodecErrors.tooDeep(DEEPEST);
    }
    path[depth] = NOTHING;
  }

  /** Steps over the comma, if one is due; false at the end of the object or array. */
  private boolean next(char close) {
    int c = peek();
    if (c == close) {
      at++;
      depth--;
      return false;
    }
    if (path[depth] != NOTHING) {
      if (c != ',') {
        throw malformed();
      }
      at++;
      if (peek() == close) {
        throw malformed();
      }
    }
    return true;
  }

  /** The end of the string or its first escape. */
  private int plain(int start) {
    int end = Text.plainRun(in, start, in.length);
    while (end < in.length && in[end] < 0) {
      int length = Text.sequence(in, end, in.length);
      if (length == 0) {
        throw CodecErrors.json("it is not UTF-8");
      }
      end = Text.plainRun(in, end + length, in.length);
    }
    if (end == in.length) {
      throw CodecErrors.json("it ends too early");
    }
    if (in[end] != '"' && in[end] != '\\') {
      throw malformed();
    }
    return end;
  }

  private void unescape(int start, int firstEscape) {
    Unescaped plain = new Unescaped(in.length - start);
    int begin = start;
    int end = firstEscape;
    while (in[end] == '\\') {
      plain.copy(in, begin, end);
      at = end + 1;
      escape(plain);
      begin = at;
      end = plain(begin);
    }
    plain.copy(in, begin, end);
    text = plain.bytes();
    from = 0;
    to = plain.size();
    at = end + 1;
  }

  private void escape(Unescaped plain) {
    if (at == in.length) {
      throw CodecErrors.json("it ends too early");
    }
    switch (in[at++]) {
      case '"' -> plain.put('"');
      case '\\' -> plain.put('\\');
      case '/' -> plain.put('/');
      case 'b' -> plain.put('\b');
      case 'f' -> plain.put('\f');
      case 'n' -> plain.put('\n');
      case 'r' -> plain.put('\r');
      case 't' -> plain.put('\t');
      case 'u' -> plain.put(codePoint());
      default -> throw malformed();
    }
  }

  private int codePoint() {
    char first = utf16();
    if (!Character.isSurrogate(first)) {
      return first;
    }
    if (Character.isHighSurrogate(first)
        && at + 1 < in.length
        && in[at] == '\\'
        && in[at + 1] == 'u') {
      at += 2;
      char second = utf16();
      if (Character.isLowSurrogate(second)) {
        return Character.toCodePoint(first, second);
      }
    }
    throw CodecErrors.value(path(), "half of a surrogate pair");
  }

  private char utf16() {
    if (in.length - at < 4) {
      throw CodecErrors.json("it ends too early");
    }
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = in[at] < 0 ? -1 : Character.digit(in[at], 16);
      if (digit < 0) {
        throw malformed();
      }
      value = value << 4 | digit;
      at++;
    }
    return (char) value;
  }

  private void digits() {
    int start = at;
    while (at < in.length && in[at] >= '0' && in[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw at == in.length ? CodecErrors.json("it ends too early") : malformed();
    }
  }

  private void literal(byte[] word) {
    for (byte b : word) {
      if (at == in.length) {
        throw CodecErrors.json("it ends too early");
      }
      if (in[at] != b) {
        throw malformed();
      }
      at++;
    }
  }

  private ServiceException malformed() {
    return CodecErrors.json("malformed at " + path() + ", byte " + at);
  }
}
