package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.http.HttpRequestHead;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.gateway.transcode.ResponseMapper;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** How the messages of a stream are laid into an HTTP body. */
@SuppressWarnings("ImmutableEnumChecker") // The arrays are written by nobody.
enum StreamFormat {
  /** Server-sent events; an error is an event of the type {@code error}. */
  EVENTS(HttpContent.EVENT_STREAM, "", "data: ", "", "\n\n", ""),
  /** One JSON text per line; an error is the last line. */
  LINES(HttpContent.NDJSON, "", "", "", "\n", ""),
  /** A JSON array; an error is the last element. */
  ARRAY(HttpContent.JSON, "[", "", ",", "", "]"),
  /** The bytes of google.api.HttpBody, one after the other; an error cuts the body off. */
  RAW("", "", "", "", "", "");

  private final String contentType;
  private final byte[] open;
  private final byte[] before;
  private final byte[] between;
  private final byte[] after;
  private final byte[] close;

  StreamFormat(
      String contentType, String open, String before, String between, String after, String close) {
    this.contentType = contentType;
    this.open = bytes(open);
    this.before = bytes(before);
    this.between = bytes(between);
    this.after = bytes(after);
    this.close = bytes(close);
  }

  /** The format that the client accepts; an array when it names none. */
  static StreamFormat of(HttpRequestHead request, Binding binding) {
    if (ResponseMapper.isRaw(binding)) {
      return RAW;
    }
    String accept = request.header(HttpHeaderNames.ACCEPT).toLowerCase(Locale.ROOT);
    if (accept.contains(HttpContent.EVENT_STREAM)) {
      return EVENTS;
    }
    return accept.contains(HttpContent.NDJSON) ? LINES : ARRAY;
  }

  String contentType() {
    return contentType;
  }

  byte[] open() {
    return open;
  }

  byte[] close() {
    return close;
  }

  /** The parts of one message's piece. */
  byte[][] piece(boolean first, byte[] message) {
    return new byte[][] {first ? new byte[0] : between, before, message, after};
  }

  /** The line that says where the event that follows stands. */
  static byte[] id(String id) {
    return bytes("id: " + id + "\n");
  }

  /** The parts of the last piece of a stream that failed. */
  byte[][] error(boolean first, byte[] status) {
    byte[][] parts = piece(first, status);
    if (this == EVENTS) {
      parts[1] = bytes("event: error\ndata: ");
    }
    return parts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
