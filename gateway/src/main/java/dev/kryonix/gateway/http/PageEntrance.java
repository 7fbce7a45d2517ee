package dev.kryonix.gateway.http;

import dev.kryonix.gateway.transcode.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Shows the pages, which are read only. */
@Singleton
final class PageEntrance implements Entrance {
  private static final Set<String> METHODS = Set.of("GET", "HEAD");
  private static final String ALLOWED = "GET, HEAD, OPTIONS";

  private final Map<String, Page> pages = new HashMap<>();
  private final Map<String, EntityTag> tags = new ConcurrentHashMap<>();
  private final Answers answers;

  PageEntrance(List<Page> pages, Answers answers) {
    pages.forEach(page -> this.pages.put(page.path(), page));
    this.answers = answers;
  }

  @Override
  public boolean takes(HttpRequestHead request) {
    return pages.containsKey(request.path());
  }

  @Override
  public RequestBody begin(HttpExchange exchange) {
    HttpRequestHead request = exchange.request();
    @Nullable Page page = pages.get(request.path());
    if (page == null) {
      throw HttpErrors.noRoute(request.path());
    }
    if (METHODS.contains(request.method())) {
      show(exchange, page);
    } else if (request.method().equals("OPTIONS")) {
      answers.empty(exchange, Map.of("allow", ALLOWED));
    } else {
      answers.refuse(
          exchange,
          HttpErrors.otherMethods(request.method(), request.path(), METHODS),
          Map.of("allow", ALLOWED));
    }
    return RequestBody.NONE;
  }

  private void show(HttpExchange exchange, Page page) {
    Map<String, String> headers = new HashMap<>(page.headers());
    headers.putIfAbsent("cache-control", "no-cache");
    EntityTag tag = tags.computeIfAbsent(page.path(), path -> EntityTag.of(page.content()));
    headers.put("etag", tag.text());
    if (tag.matches(exchange.request().header(HttpHeaderNames.IF_NONE_MATCH))) {
      exchange.answer(304, HttpContent.NONE, headers);
    } else {
      exchange.answer(200, new HttpContent(page.contentType(), page.content()), headers);
    }
  }
}
