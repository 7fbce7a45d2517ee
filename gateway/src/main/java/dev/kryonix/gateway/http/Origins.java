package dev.kryonix.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Whose pages may open a socket. Browsers ask for no leave to do so as they do for other requests,
 * but tell the page's origin; who is no browser tells none.
 */
@Singleton
public final class Origins {
  private static final String ANY = "*";
  private static final String SCHEME_END = "://";

  private final Set<String> allowed;

  Origins(CorsSettings settings) {
    allowed = Set.copyOf(settings.origins());
  }

  /** Whether the request comes from no page, from one of ours, or from one of the settings. */
  public boolean allow(HttpRequestHead request) {
    return request.headers().getAll(HttpHeaderNames.ORIGIN).stream()
        .allMatch(
            origin -> allowed.contains(ANY) || allowed.contains(origin) || isOwn(origin, request));
  }

  private static boolean isOwn(String origin, HttpRequestHead request) {
    int end = origin.indexOf(SCHEME_END);
    return end > 0
        && origin
            .substring(end + SCHEME_END.length())
            .equalsIgnoreCase(request.header(HttpHeaderNames.HOST));
  }
}
