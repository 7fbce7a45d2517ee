package dev.kryonix.gateway.web;

import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Between HTTP headers and gRPC metadata. */
final class WebHeaders {
  private static final Pattern KEY = Pattern.compile("[0-9a-z_.-]+");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]*");

  /** What is HTTP's own, the browser's, or the form's, and no metadata. */
  private static final Set<String> NOT_METADATA =
      Set.of(
          "accept",
          "accept-encoding",
          "cache-control",
          "connection",
          "content-length",
          "content-type",
          "cookie",
          "dnt",
          "expect",
          "grpc-timeout",
          "host",
          "keep-alive",
          "origin",
          "pragma",
          "priority",
          "proxy-connection",
          "referer",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "upgrade-insecure-requests",
          "user-agent",
          "x-grpc-web",
          "x-user-agent");

  private WebHeaders() {}

  /** The metadata of a request. */
  static Metadata metadata(Iterable<Map.Entry<String, String>> headers) {
    Metadata metadata = new Metadata();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (NOT_METADATA.contains(name) || name.startsWith("sec-") || !KEY.matcher(name).matches()) {
        continue;
      }
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        binary(metadata, name, header.getValue());
      } else if (VALUE.matcher(header.getValue()).matches()) {
        metadata.put(
            Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), header.getValue().strip());
      }
    }
    return metadata;
  }

  private static void binary(Metadata metadata, String name, String value) {
    for (String each : value.split(",", -1)) {
      try {
        metadata.put(
            Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER),
            Base64.getDecoder().decode(each.strip().replaceAll("=+$", "")));
      } catch (IllegalArgumentException e) {
        throw WebErrors.malformed("the header " + name + " is not base64");
      }
    }
  }

  /** Metadata as headers. */
  static HttpHeaders headers(Metadata metadata) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (String name : metadata.keys()) {
      if (name.equals("content-type")) {
        // gRPC's own; the answer has that of gRPC-Web.
        continue;
      }
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        @Nullable Iterable<byte[]> values =
            metadata.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
        if (values != null) {
          values.forEach(
              value ->
                  headers.add(name, Base64.getEncoder().withoutPadding().encodeToString(value)));
        }
      } else {
        @Nullable Iterable<String> values =
            metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        if (values != null) {
          headers.add(name, values);
        }
      }
    }
    return headers;
  }

  /** The end of a call as headers: its status and its trailers. */
  static HttpHeaders end(Status status, Metadata trailers) {
    HttpHeaders end = headers(trailers);
    end.set("grpc-status", status.getCode().value());
    String message = status.getDescription();
    if (message != null) {
      end.set("grpc-message", percentEncoded(message));
    }
    return end;
  }

  /** Trailers as the last frame has them: lines, as in HTTP/1.1. */
  static byte[] lines(HttpHeaders trailers) {
    StringBuilder lines = new StringBuilder();
    trailers
        .iteratorAsString()
        .forEachRemaining(
            each ->
                lines.append(each.getKey()).append(": ").append(each.getValue()).append("\r\n"));
    return lines.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** As the gRPC protocol has it for status messages. */
  private static String percentEncoded(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      if (each < ' ' || each > '~' || each == '%') {
        encoded.append('%').append(String.format("%02X", each & 0xff));
      } else {
        encoded.append((char) each);
      }
    }
    return encoded.toString();
  }
}
