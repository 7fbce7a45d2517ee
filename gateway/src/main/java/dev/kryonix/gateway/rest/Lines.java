package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.rest.RestHandler.RestRequest;
import dev.kryonix.gateway.transcode.HttpContent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bodies of a request's messages: one, or the lines of an NDJSON body when the RPC takes a
 * stream.
 */
final class Lines {
  private Lines() {}

  static List<byte[]> of(RestRequest request) {
    HttpContent content = request.content();
    boolean lines = content.mediaType().equals(HttpContent.NDJSON);
    if (!lines || !request.binding().rpc().method().isClientStreaming()) {
      return List.of(content.bytes());
    }
    List<byte[]> bodies = new ArrayList<>();
    byte[] all = content.bytes();
    for (int start = 0; start < all.length; ) {
      int end = start;
      while (end < all.length && all[end] != '\n') {
        end++;
      }
      byte[] line = Arrays.copyOfRange(all, start, end);
      if (new String(line, java.nio.charset.StandardCharsets.ISO_8859_1).isBlank()) {
        start = end + 1;
        continue;
      }
      bodies.add(line);
      start = end + 1;
    }
    return bodies.isEmpty() ? List.of(all) : bodies;
  }
}
