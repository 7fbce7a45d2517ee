package dev.kryonix.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The start of a request.
 *
 * @param method the HTTP method
 * @param path the path, raw
 * @param query the query without its question mark, raw, or empty
 * @param headers the headers
 * @param contentLength the length of the body in bytes, or -1 when it is not known beforehand
 * @param keepAlive whether the connection goes on behind the answer
 * @param chunked whether the client takes answers of unknown length and keeps the connection
 */
public record HttpRequestHead(
    String method,
    String path,
    String query,
    HttpHeaders headers,
    long contentLength,
    boolean keepAlive,
    boolean chunked) {

  static HttpRequestHead of(HttpRequest request) {
    String target = withoutAuthority(request.uri());
    int fragment = target.indexOf('#');
    String whole = fragment < 0 ? target : target.substring(0, fragment);
    int question = whole.indexOf('?');
    return new HttpRequestHead(
        request.method().name(),
        question < 0 ? whole : whole.substring(0, question),
        question < 0 ? "" : whole.substring(question + 1),
        request.headers(),
        length(request),
        HttpUtil.isKeepAlive(request),
        request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0);
  }

  public boolean isHead() {
    return method.equals("HEAD");
  }

  /** The first value of a header, or empty. */
  public String header(CharSequence name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }

  /** Whether the client waits for the go-ahead before it sends the body. */
  boolean expectsContinue() {
    return chunked && header(HttpHeaderNames.EXPECT).equalsIgnoreCase("100-continue");
  }

  /** A request without either header has no body (RFC 9112, section 6.3). */
  private static long length(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return 0;
    }
    return HttpUtil.isTransferEncodingChunked(request)
        ? -1
        : HttpUtil.getContentLength(request, 0L);
  }

  /** A proxy may send the absolute form. */
  private static String withoutAuthority(String target) {
    int scheme = target.startsWith("/") ? -1 : target.indexOf("://");
    if (scheme < 0) {
      return target;
    }
    int slash = target.indexOf('/', scheme + 3);
    return slash < 0 ? "/" : target.substring(slash);
  }
}
