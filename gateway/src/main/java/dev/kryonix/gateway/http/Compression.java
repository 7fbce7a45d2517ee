package dev.kryonix.gateway.http;

import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compresses whole answers of text for clients that take gzip. Streams are left as they are, so
 * that each piece arrives when it is written, and so are bytes of types that are compressed
 * already.
 */
final class Compression extends HttpContentCompressor {
  /** Below it, the frame around the compressed bytes takes most of what is gained. */
  private static final int FROM_BYTES = 1024;

  private static final Set<String> TYPES =
      Set.of(
          "application/javascript",
          "application/json",
          "application/yaml",
          "image/svg+xml",
          "text/css",
          "text/html",
          "text/javascript");

  Compression() {
    super(FROM_BYTES, StandardCompressionOptions.gzip());
  }

  @Override
  protected @Nullable Result beginEncode(HttpResponse answer, String acceptEncoding)
      throws Exception {
    if (!(answer instanceof FullHttpResponse) || !isText(answer)) {
      return null;
    }
    answer.headers().add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    return super.beginEncode(answer, acceptEncoding);
  }

  private static boolean isText(HttpResponse answer) {
    String type = answer.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    int semicolon = type.indexOf(';');
    return TYPES.contains(
        (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT));
  }
}
