package dev.kryonix.bench.load;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to be sent over and over.
 *
 * @param url where to
 * @param headers one {@code name: value} each
 * @param body a file with the body; null for a GET
 * @param http1 HTTP/1.1 instead of HTTP/2
 * @param answerBytes bytes that a good answer has at least; refusals of gRPC are answers without
 */
public record Shot(
    String url, List<String> headers, @Nullable Path body, boolean http1, long answerBytes) {
  public Shot {
    headers = List.copyOf(headers);
  }

  /** A GET over HTTP/1.1. */
  public static Shot get(String url, List<String> headers, long answerBytes) {
    return new Shot(url, headers, null, true, answerBytes);
  }
}
