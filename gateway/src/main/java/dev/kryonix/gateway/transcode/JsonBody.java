package dev.kryonix.gateway.transcode;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads one JSON text, strictly: UTF-8, RFC 8259, bounded nesting, nothing behind its end. */
final class JsonBody {
  /** Deeper than any message of the contracts, shallow enough for any stack. */
  private static final int DEEPEST = 64;

  private JsonBody() {}

  /** Reads a whole message. */
  static void read(byte[] body, Message.Builder into, GivenPaths given, TypeRegistry types) {
    read(body, types, json -> json.read(into, given));
  }

  /** Reads the value of one field of a message. */
  static void readField(
      byte[] body,
      Message.Builder into,
      FieldDescriptor field,
      GivenPaths given,
      TypeRegistry types) {
    read(body, types, json -> json.field(field, into, given));
  }

  private static void read(byte[] body, TypeRegistry types, Reading reading) {
    JsonReader in = new JsonReader(new StringReader(text(body)));
    in.setStrictness(Strictness.STRICT);
    in.setNestingLimit(DEEPEST);
    try {
      reading.from(new JsonMessages(in, types));
      if (in.peek() != JsonToken.END_DOCUMENT) {
        throw TranscodeErrors.json("text behind the end of the object");
      }
    } catch (EOFException e) {
      throw TranscodeErrors.json("it ends too early");
    } catch (MalformedJsonException | JsonParseException | NumberFormatException e) {
      throw TranscodeErrors.json("malformed at " + in.getPath());
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail", e);
    }
  }

  private interface Reading {
    void from(JsonMessages json) throws IOException;
  }

  private static String text(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw TranscodeErrors.json("it is not UTF-8");
    }
  }
}
