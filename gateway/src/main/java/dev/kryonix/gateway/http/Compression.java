package dev.kryonix.gateway.http;

import io.netty.handler.codec.compression.Brotli;
import io.netty.handler.codec.compression.BrotliMode;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compresses whole answers of text for clients that take Brotli or gzip. Streams are left as they
 * are, so that each piece arrives when it is written, and so are bytes of types that are compressed
 * already.
 */
final class Compression extends HttpContentCompressor {
  /** Below it, the frame around the compressed bytes takes most of what is gained. */
  private static final int FROM_BYTES = 1024;

  private static final int BROTLI_LEVEL = 4;

  /** 2 to the power of it, in bytes. */
  private static final int BROTLI_WINDOW = 18;

  private static final CompressionOptions[] OPTIONS = options();
  private static final List<String> ENCODINGS =
      Brotli.isAvailable() ? List.of("br", "gzip") : List.of("gzip");

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
    super(FROM_BYTES, OPTIONS);
  }

  /** Brotli where its native library runs; its default level is for what is compressed once. */
  private static CompressionOptions[] options() {
    return Brotli.isAvailable()
        ? new CompressionOptions[] {
          StandardCompressionOptions.brotli(BROTLI_LEVEL, BROTLI_WINDOW, BrotliMode.TEXT),
          StandardCompressionOptions.gzip()
        }
        : new CompressionOptions[] {StandardCompressionOptions.gzip()};
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

  @Override
  protected @Nullable String determineEncoding(String acceptEncoding) {
    return AcceptEncoding.choose(acceptEncoding, ENCODINGS);
  }

  private static boolean isText(HttpResponse answer) {
    String type = answer.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    int semicolon = type.indexOf(';');
    return TYPES.contains(
        (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT));
  }
}
