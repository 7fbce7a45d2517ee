package dev.kryonix.gateway.openapi;

import dev.kryonix.gateway.http.Page;
import java.util.Map;

/** A page that does not change while the gateway runs. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record FixedPage(String path, String contentType, byte[] content, Map<String, String> headers)
    implements Page {
  FixedPage {
    headers = Map.copyOf(headers);
  }
}
