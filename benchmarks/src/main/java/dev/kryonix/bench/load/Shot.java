package dev.kryonix.bench.load;

import java.nio.file.Path;
import java.util.List;

/**
 * A request to be sent over and over.
 *
 * @param url where to
 * @param headers one {@code name: value} each
 * @param body a file with the body
 * @param http1 HTTP/1.1 instead of HTTP/2
 * @param answerBytes bytes that a good answer has at least; refusals of gRPC are answers without
 */
public record Shot(String url, List<String> headers, Path body, boolean http1, long answerBytes) {
  public Shot {
    headers = List.copyOf(headers);
  }
}
