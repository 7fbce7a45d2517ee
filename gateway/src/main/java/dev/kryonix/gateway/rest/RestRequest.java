package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.http.HttpRequestHead;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Map;

/**
 * A request with the route that was found for it.
 *
 * @param head the request
 * @param binding the route
 * @param captures the values of the path's variables
 * @param startedNanos when it came in, on the clock of System.nanoTime
 */
record RestRequest(
    HttpRequestHead head, Binding binding, Map<String, String> captures, long startedNanos) {
  String contentType() {
    return head.header(HttpHeaderNames.CONTENT_TYPE);
  }

  /** Whether the body is a stream of messages, one a line. */
  boolean isLines() {
    return binding.rpc().method().isClientStreaming()
        && new HttpContent(contentType(), new byte[0]).mediaType().equals(HttpContent.NDJSON);
  }
}
