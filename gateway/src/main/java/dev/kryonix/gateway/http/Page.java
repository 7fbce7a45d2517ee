package dev.kryonix.gateway.http;

import java.util.Map;

/**
 * Something that the gateway itself shows on its HTTP port, to anyone, such as the description of
 * its API. It is the same for all who ask, so it has an ETag.
 */
public interface Page {
  /** The page's path, such as {@code /openapi.json}. */
  String path();

  /** The page's media type. */
  String contentType();

  /** The page. Computed once; the array is changed by nobody. */
  byte[] content();

  /** Headers beside the type, the ETag and what every answer has. */
  default Map<String, String> headers() {
    return Map.of();
  }
}
