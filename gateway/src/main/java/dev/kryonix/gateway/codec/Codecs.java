package dev.kryonix.gateway.codec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The codecs of all message types of a set of files, compiled at once. */
public final class Codecs {
  private final Map<Descriptor, MessageCodec> codecs = new HashMap<>();

  /** Of the types that have a form of their own, the fields. */
  private final Map<Descriptor, PlainCodec> plain = new HashMap<>();

  /** What may stand in an Any. */
  private final Map<String, MessageCodec> byName = new HashMap<>();

  /**
   * Compiles the types of these files and of all that they import. Of several types of one name,
   * the first is what an Any may hold.
   */
  public Codecs(Collection<FileDescriptor> files) {
    Set<FileDescriptor> seen = new HashSet<>();
    List<FileDescriptor> open = new ArrayList<>(files);
    for (int i = 0; i < open.size(); i++) {
      FileDescriptor file = open.get(i);
      if (seen.add(file)) {
        file.getMessageTypes().forEach(this::add);
        open.addAll(file.getDependencies());
      }
    }
    plain.values().forEach(codec -> codec.link(this));
  }

  /** Reads a message from JSON. */
  public void read(Descriptor type, byte[] json, WireOut out, GivenPaths given) {
    JsonIn in = new JsonIn(json);
    of(type).read(in, out, given);
    in.end();
  }

  /** Reads the value of one field from JSON, and writes the field. */
  public void readField(FieldDescriptor field, byte[] json, WireOut out, GivenPaths given) {
    JsonIn in = new JsonIn(json);
    FieldCodec codec = field(field);
    if (in.peek() == 'n' && !codec.takesNull()) {
      in.readNull();
      given.leaf();
    } else {
      codec.read(in, out, given);
    }
    in.end();
  }

  /**
   * Writes a field, or one value of a repeated one, from text. A text that does not fit throws
   * IllegalArgumentException.
   */
  public void parseField(FieldDescriptor field, String text, WireOut out) {
    field(field).parse(text.getBytes(StandardCharsets.UTF_8), out);
  }

  /** The JSON of a message. */
  public byte[] print(Descriptor type, byte[] message) {
    JsonOut out = new JsonOut(message.length + message.length / 2);
    of(type).print(new WireIn(message), out);
    return out.toByteArray();
  }

  /** The JSON of the value of one field of a message, its default when it is absent. */
  public byte[] printField(FieldDescriptor field, byte[] message) {
    JsonOut out = new JsonOut(message.length + message.length / 2);
    plain(field.getContainingType()).printAlone(field(field), new WireIn(message), out);
    return out.toByteArray();
  }

  MessageCodec of(Descriptor type) {
    MessageCodec codec = codecs.get(type);
    if (codec == null) {
      throw new IllegalArgumentException("no codec was compiled for " + type.getFullName());
    }
    return codec;
  }

  PlainCodec plain(Descriptor type) {
    PlainCodec codec = plain.get(type);
    if (codec == null) {
      throw new IllegalArgumentException("no codec was compiled for " + type.getFullName());
    }
    return codec;
  }

  /** The type behind the URL in an Any. */
  @Nullable MessageCodec find(String url) {
    int slash = url.lastIndexOf('/');
    return slash < 0 ? null : byName.get(url.substring(slash + 1));
  }

  private FieldCodec field(FieldDescriptor field) {
    return plain(field.getContainingType()).require(field.getNumber());
  }

  private void add(Descriptor type) {
    PlainCodec fields = new PlainCodec(type);
    MessageCodec codec =
        switch (type.getFullName()) {
          case "google.protobuf.Timestamp" -> new TimestampCodec();
          case "google.protobuf.Duration" -> new DurationCodec();
          case "google.protobuf.FieldMask" -> new FieldMaskCodec();
          case "google.protobuf.Any" -> new AnyCodec(this);
          case "google.protobuf.Value" -> new ValueCodec(fields);
          case "google.protobuf.BoolValue",
              "google.protobuf.Int32Value",
              "google.protobuf.UInt32Value",
              "google.protobuf.Int64Value",
              "google.protobuf.UInt64Value",
              "google.protobuf.FloatValue",
              "google.protobuf.DoubleValue",
              "google.protobuf.StringValue",
              "google.protobuf.BytesValue",
              "google.protobuf.Struct",
              "google.protobuf.ListValue" ->
              new SoleFieldCodec(fields);
          default -> fields;
        };
    plain.put(type, fields);
    codecs.put(type, codec);
    byName.putIfAbsent(type.getFullName(), codec);
    type.getNestedTypes().forEach(this::add);
  }
}
