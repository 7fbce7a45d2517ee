package dev.kryonix.gateway.web;

import dev.kryonix.gateway.http.HttpRequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Base64;
import java.util.Locale;

/**
 * The two forms of gRPC-Web. A client is answered in the form in which it calls, unless it accepts
 * only the other.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md">PROTOCOL-WEB</a>
 */
enum WebFormat {
  /** Frames as they are. */
  BINARY("application/grpc-web+proto"),
  /** Frames in base64, for clients that can only read text while it streams. */
  TEXT("application/grpc-web-text+proto");

  private static final String PREFIX = "application/grpc-web";
  private static final String TEXT_PREFIX = "application/grpc-web-text";

  private final String contentType;

  WebFormat(String contentType) {
    this.contentType = contentType;
  }

  static boolean isWeb(HttpRequestHead request) {
    return type(request, HttpHeaderNames.CONTENT_TYPE).startsWith(PREFIX);
  }

  static WebFormat ofRequest(HttpRequestHead request) {
    return type(request, HttpHeaderNames.CONTENT_TYPE).startsWith(TEXT_PREFIX) ? TEXT : BINARY;
  }

  static WebFormat ofAnswer(HttpRequestHead request) {
    String accept = type(request, HttpHeaderNames.ACCEPT);
    if (accept.startsWith(TEXT_PREFIX)) {
      return TEXT;
    }
    return accept.startsWith(PREFIX) ? BINARY : ofRequest(request);
  }

  String contentType() {
    return contentType;
  }

  /** Each piece stands for itself: its base64 is padded. */
  byte[][] piece(byte[]... parts) {
    return this == BINARY ? parts : new byte[][] {Base64.getEncoder().encode(joined(parts))};
  }

  private static byte[] joined(byte[][] parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static String type(HttpRequestHead request, CharSequence header) {
    return request.header(header).strip().toLowerCase(Locale.ROOT);
  }
}
