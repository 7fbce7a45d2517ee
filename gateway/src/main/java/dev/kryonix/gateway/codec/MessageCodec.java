package dev.kryonix.gateway.codec;

import java.nio.charset.StandardCharsets;

/** A message type: its JSON to the wire, and back. */
abstract sealed class MessageCodec
    permits PlainCodec, SoleFieldCodec, ValueCodec, AnyCodec, TextualCodec {
  /** Reads the message's JSON and writes its fields. */
  abstract void read(JsonIn in, WireOut out, GivenPaths given);

  /** Prints the message that reaches from here to the reader's end. */
  abstract void print(WireIn in, JsonOut out);

  /** Whether JSON's null is a value of it. */
  boolean takesNull() {
    return false;
  }

  /** Whether its JSON does not follow its fields. */
  boolean hasOwnForm() {
    return true;
  }

  /** Writes the fields of the message that a text from a path or query stands for. */
  void parse(byte[] text, WireOut out) {
    throw new IllegalArgumentException("cannot be given as text");
  }

  static byte[] member(String jsonName) {
    return ("\"" + jsonName + "\":").getBytes(StandardCharsets.UTF_8);
  }
}
