package dev.kryonix.gateway.http;

import dev.kryonix.gateway.edge.EdgeConfig;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import java.util.List;

/**
 * Reads requests of HTTP/1.1, and refuses those whose end another reader might see elsewhere
 * (request smuggling; RFC 9112, section 11.2) instead of choosing a meaning.
 */
final class StrictRequests extends HttpRequestDecoder {
  StrictRequests() {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(EdgeConfig.MAX_REQUEST_LINE_BYTES)
            .setMaxHeaderSize(EdgeConfig.MAX_HEADER_BYTES)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true));
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage request) {
    List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    boolean chunked =
        codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst());
    if (!codings.isEmpty()
        && (!chunked || request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0)) {
      throw new IllegalArgumentException("the transfer encoding is not 'chunked'");
    }
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      throw new IllegalArgumentException("the version is neither 1.1 nor 1.0");
    }
    if (request.headers().size() > EdgeConfig.MAX_HEADERS) {
      throw new TooLongHttpHeaderException("there are too many headers");
    }
    int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
    if (hosts > 1 || (hosts == 0 && request.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
      throw new IllegalArgumentException("there is not one Host header");
    }
    return super.isContentAlwaysEmpty(request);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage request) {
    throw new IllegalArgumentException("there are both a Transfer-Encoding and a Content-Length");
  }
}
