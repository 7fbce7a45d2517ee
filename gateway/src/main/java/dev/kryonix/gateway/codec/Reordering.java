package dev.kryonix.gateway.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a message as protobuf would write it after reading it: fields by number, of a singular
 * scalar the last value, of a singular message all values merged, of a oneof the last member, and
 * nothing unknown.
 */
final class Reordering {
  private final PlainCodec type;
  private final @Nullable List<Value>[] values;

  @SuppressWarnings({"unchecked", "rawtypes"}) // An array of lists.
  Reordering(PlainCodec type, int fields) {
    this.type = type;
    values = new List[fields];
  }

  /** Where a value stands: behind its tag. */
  private record Value(FieldCodec field, int tag, int from, int to) {}

  byte[] of(WireIn in) {
    int start = in.position();
    collect(in);
    in.moveTo(start);
    Map<Integer, List<Value>> byNumber = new TreeMap<>();
    for (List<Value> found : values) {
      if (found != null && !found.isEmpty()) {
        byNumber.put(found.getFirst().field.number(), found);
      }
    }
    WireOut out = new WireOut(in.end() - start);
    byNumber.values().forEach(found -> write(found, in, out));
    return out.toByteArray();
  }

  private void collect(WireIn in) {
    while (in.hasNext()) {
      int tag = in.tag();
      int from = in.position();
      in.skip(tag);
      FieldCodec field = type.field(WireIn.number(tag));
      if (field == null || !field.accepts(WireIn.wireType(tag))) {
        continue;
      }
      if (field.oneof() >= 0) {
        dropRivals(field);
      }
      List<Value> found = values[field.index()];
      if (found == null || (field.isSingular() && !field.isMessage())) {
        found = new ArrayList<>();
        values[field.index()] = found;
      }
      found.add(new Value(field, tag, from, in.position()));
    }
  }

  private void dropRivals(FieldCodec field) {
    for (int i = 0; i < values.length; i++) {
      List<Value> found = values[i];
      if (i != field.index()
          && found != null
          && !found.isEmpty()
          && found.getFirst().field.oneof() == field.oneof()) {
        values[i] = null;
      }
    }
  }

  private static void write(List<Value> found, WireIn in, WireOut out) {
    FieldCodec field = found.getFirst().field;
    if (!field.isSingular() || !field.isMessage()) {
      for (Value value : found) {
        out.tag(WireIn.number(value.tag), WireIn.wireType(value.tag));
        out.raw(in.bytes, value.from, value.to);
      }
      return;
    }
    out.tag(field.number(), WireIn.LENGTH);
    int begun = out.begin();
    for (Value value : found) {
      WireIn payload = in.part(value.from, value.to);
      payload.length();
      out.raw(in.bytes, payload.position(), value.to);
    }
    out.end(begun);
  }
}
