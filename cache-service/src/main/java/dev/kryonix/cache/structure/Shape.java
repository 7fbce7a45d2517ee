package dev.kryonix.cache.structure;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.kryonix.cache.entry.EntryKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A kind of structure: how its value is made new, read from an entry's bytes and written there.
 * Elements stand one after the other, each with its length before it as a varint.
 *
 * @param kind the kind of entry
 * @param fresh what a structure that is not there is taken for
 * @param reader reads a value of that many bytes
 * @param writer writes a value
 * @param isEmpty whether a value leaves nothing to keep
 */
record Shape<V>(
    EntryKind kind, Supplier<V> fresh, Reader<V> reader, Writer<V> writer, Predicate<V> isEmpty) {
  static final Shape<Long> COUNTER =
      new Shape<>(
          EntryKind.COUNTER,
          () -> 0L,
          in -> ByteBuffer.wrap(in.readRawBytes(Long.BYTES)).getLong(),
          (value, out) -> out.writeRawBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array()),
          value -> false);

  static final Shape<ByteString> BYTES =
      new Shape<>(
          EntryKind.BYTES,
          () -> ByteString.EMPTY,
          in -> ByteString.copyFrom(in.readRawBytes(in.getBytesUntilLimit())),
          (value, out) -> out.writeRawBytes(value),
          value -> false);

  static final Shape<Set<ByteString>> SET =
      new Shape<>(
          EntryKind.SET,
          LinkedHashSet::new,
          in -> new LinkedHashSet<>(elements(in)),
          (value, out) -> {
            for (ByteString each : value) {
              out.writeBytesNoTag(each);
            }
          },
          Set::isEmpty);

  static final Shape<List<ByteString>> LIST =
      new Shape<>(
          EntryKind.LIST,
          ArrayList::new,
          Shape::elements,
          (value, out) -> {
            for (ByteString each : value) {
              out.writeBytesNoTag(each);
            }
          },
          List::isEmpty);

  static final Shape<Map<String, ByteString>> HASH =
      new Shape<>(
          EntryKind.HASH,
          LinkedHashMap::new,
          in -> {
            Map<String, ByteString> fields = new LinkedHashMap<>();
            while (!in.isAtEnd()) {
              fields.put(in.readStringRequireUtf8(), in.readBytes());
            }
            return fields;
          },
          (value, out) -> {
            for (Map.Entry<String, ByteString> each : value.entrySet()) {
              out.writeStringNoTag(each.getKey());
              out.writeBytesNoTag(each.getValue());
            }
          },
          Map::isEmpty);

  static final Shape<Map<ByteString, Double>> SORTED_SET =
      new Shape<>(
          EntryKind.SORTED_SET,
          LinkedHashMap::new,
          in -> {
            Map<ByteString, Double> members = new LinkedHashMap<>();
            while (!in.isAtEnd()) {
              members.put(in.readBytes(), in.readDouble());
            }
            return members;
          },
          (value, out) -> {
            for (Map.Entry<ByteString, Double> each : value.entrySet()) {
              out.writeBytesNoTag(each.getKey());
              out.writeDoubleNoTag(each.getValue());
            }
          },
          Map::isEmpty);

  /** Reads a value. */
  @FunctionalInterface
  interface Reader<V> {
    V read(CodedInputStream in) throws IOException;
  }

  /** Writes a value. */
  @FunctionalInterface
  interface Writer<V> {
    void write(V value, CodedOutputStream out) throws IOException;
  }

  V parse(byte[] bytes) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      in.pushLimit(bytes.length);
      return reader.read(in);
    } catch (IOException e) {
      throw new UncheckedIOException("an entry that opened holds no " + kind, e);
    }
  }

  byte[] bytes(V value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      writer.write(value, out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static List<ByteString> elements(CodedInputStream in) throws IOException {
    List<ByteString> elements = new ArrayList<>();
    while (!in.isAtEnd()) {
      elements.add(in.readBytes());
    }
    return elements;
  }
}
