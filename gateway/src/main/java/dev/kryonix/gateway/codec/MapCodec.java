package dev.kryonix.gateway.codec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A map field: an object in JSON, a message with key and value for each entry on the wire. */
final class MapCodec {
  private static final int KEY = 1;

  private final int number;
  private final ScalarCodec keys;
  private final FieldCodec values;
  private final PlainCodec entry;

  MapCodec(FieldDescriptor field, Codecs codecs) {
    Descriptor type = field.getMessageType();
    this.number = field.getNumber();
    this.keys = new ScalarCodec(type.findFieldByNumber(KEY));
    this.values = new FieldCodec(type.findFieldByNumber(2), codecs);
    this.entry = codecs.plain(type);
  }

  void read(JsonIn in, WireOut out) {
    in.beginObject();
    Set<String> seen = new HashSet<>();
    while (in.nextMember()) {
      out.tag(number, WireIn.LENGTH);
      int begun = out.begin();
      if (!seen.add(readKey(in, out))) {
        throw CodecErrors.value(in.path(), "given twice");
      }
      if (in.peek() == 'n' && !values.valueTakesNull()) {
        throw CodecErrors.value(in.path(), "null as a map's value");
      }
      values.readValue(in, out);
      out.end(begun);
    }
  }

  private String readKey(JsonIn in, WireOut out) {
    WireOut key = new WireOut(in.to() - in.from() + 10);
    try {
      keys.parse(in.text(), in.from(), in.to(), key);
    } catch (IllegalArgumentException e) {
      throw CodecErrors.value(in.path(), String.valueOf(e.getMessage()));
    }
    byte[] payload = key.toByteArray();
    out.tag(KEY, keys.wireType());
    out.raw(payload, 0, payload.length);
    return keys.key(new WireIn(payload));
  }

  /** Prints the entries of which the first one's tag was read; of equal keys the last counts. */
  void print(WireIn in, FieldCodec owner, JsonOut out) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    do {
      int outer = in.enter();
      WireIn ordered = entry.ordered(in);
      Entry read = read(ordered);
      entries.put(read.key, read);
      in.leave(outer);
    } while (owner.nextTag(in) != WireIn.NO_TAG);
    out.raw((byte) '{');
    entries.forEach((key, value) -> print(key, value, out));
    out.raw((byte) '}');
  }

  /** One entry: its key, and where its value stands, if it does. */
  private record Entry(String key, @Nullable WireIn value) {}

  private Entry read(WireIn in) {
    String key = null;
    WireIn value = null;
    while (in.hasNext()) {
      int tag = in.tag();
      int start = in.position();
      in.skip(tag);
      if (WireIn.number(tag) == KEY && WireIn.wireType(tag) == keys.wireType()) {
        key = keys.key(in.part(start, in.position()));
      } else if (WireIn.number(tag) == 2 && values.accepts(WireIn.wireType(tag))) {
        value = in.part(start, in.position());
      }
    }
    return new Entry(key == null ? keys.defaultKey() : key, value);
  }

  private void print(String key, Entry entry, JsonOut out) {
    out.comma();
    out.string(key);
    out.raw((byte) ':');
    if (entry.value == null) {
      values.printDefault(out);
    } else {
      values.printValue(entry.value, out);
    }
  }
}
