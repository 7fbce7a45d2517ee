package dev.kryonix.gateway.http;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may call from a browser.
 *
 * @param origins the origins of the pages, such as {@code https://app.example.com}, or {@code *}
 *     for every one; none by default. Credentials are never the browser's own, so cookies are not
 *     allowed
 * @param headers request headers that they may send beside the usual ones, such as metadata of
 *     their own
 */
@ConfigurationProperties("kryonix.gateway.cors")
record CorsSettings(List<String> origins, List<String> headers) {
  CorsSettings(@Nullable List<String> origins, @Nullable List<String> headers) {
    this.origins = origins == null ? List.of() : List.copyOf(origins);
    this.headers = headers == null ? List.of() : List.copyOf(headers);
  }
}
