package dev.kryonix.gateway.codec;

import com.google.protobuf.Any;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * google.protobuf.Any: an object with the type's URL, and beside it the fields of a message or, for
 * a type with a form of its own, the value.
 */
final class AnyCodec extends MessageCodec {
  private static final byte[] TYPE = "@type".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] VALUE = "value".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] VALUE_MEMBER = member("value");
  private static final byte[] NOTHING = {};

  private final Codecs codecs;

  AnyCodec(Codecs codecs) {
    this.codecs = codecs;
  }

  static boolean isType(JsonIn in) {
    return Arrays.equals(TYPE, 0, TYPE.length, in.text(), in.from(), in.to());
  }

  @Override
  void read(JsonIn in, WireOut out, GivenPaths given) {
    in.beginObject();
    long start = in.mark();
    String url = findType(in);
    if (url == null) {
      return;
    }
    MessageCodec type = codecs.find(url);
    if (type == null) {
      throw CodecErrors.value(in.path(), "no message type '" + brief(url) + "'");
    }
    in.reset(start);
    byte[] utf8 = url.getBytes(StandardCharsets.UTF_8);
    out.tag(Any.TYPE_URL_FIELD_NUMBER, WireIn.LENGTH);
    out.bytes(utf8, 0, utf8.length);
    int field = out.size();
    out.tag(Any.VALUE_FIELD_NUMBER, WireIn.LENGTH);
    int begun = out.begin();
    if (type instanceof PlainCodec plain) {
      plain.readMembers(in, out, GivenPaths.IGNORED, true);
    } else {
      readOwnForm(type, in, out);
    }
    out.endUnlessEmpty(begun, field);
  }

  /** Looks through the object for its type, which may stand anywhere; null when it is empty. */
  private static @Nullable String findType(JsonIn in) {
    boolean any = false;
    while (in.nextMember()) {
      any = true;
      if (isType(in)) {
        if (in.peek() != '"') {
          throw in.mistyped("string");
        }
        in.string();
        return Text.string(in.text(), in.from(), in.to());
      }
      in.skip();
    }
    if (any) {
      throw CodecErrors.value(in.path(), "an Any needs its type as @type");
    }
    return null;
  }

  private static void readOwnForm(MessageCodec type, JsonIn in, WireOut out) {
    boolean typed = false;
    boolean valued = false;
    while (in.nextMember()) {
      if (isType(in) && !typed) {
        typed = true;
        in.skip();
      } else if (Arrays.equals(VALUE, 0, VALUE.length, in.text(), in.from(), in.to()) && !valued) {
        valued = true;
        type.read(in, out, GivenPaths.IGNORED);
      } else {
        throw CodecErrors.unknownField(in.path(), "an Any of this type");
      }
    }
  }

  @Override
  void print(WireIn in, JsonOut out) {
    byte[] url = NOTHING;
    WireIn value = in.part(in.end(), in.end());
    while (in.hasNext()) {
      int tag = in.tag();
      if (WireIn.wireType(tag) != WireIn.LENGTH) {
        in.skip(tag);
        continue;
      }
      int length = in.length();
      int from = in.position();
      in.moveTo(from + length);
      switch (WireIn.number(tag)) {
        case Any.TYPE_URL_FIELD_NUMBER -> url = Arrays.copyOfRange(in.bytes, from, from + length);
        case Any.VALUE_FIELD_NUMBER -> value = in.nested(in.bytes, from, from + length);
        default -> {}
      }
    }
    print(url, value, out);
  }

  private void print(byte[] url, WireIn value, JsonOut out) {
    if (url.length == 0 && !value.hasNext()) {
      out.ascii("{}");
      return;
    }
    MessageCodec type = codecs.find(Text.string(url, 0, url.length));
    if (type == null) {
      throw new MalformedMessageException(
          "an Any of the unknown type '" + Text.brief(url, 0, url.length) + "'");
    }
    out.raw((byte) '{');
    out.raw(PlainCodec.TYPE_MEMBER);
    out.string(url, 0, url.length);
    if (type instanceof PlainCodec plain) {
      plain.printMembers(value, out);
    } else {
      out.member(VALUE_MEMBER);
      type.print(value, out);
    }
    out.raw((byte) '}');
  }

  private static String brief(String url) {
    byte[] utf8 = url.getBytes(StandardCharsets.UTF_8);
    return Text.brief(utf8, 0, utf8.length);
  }
}
