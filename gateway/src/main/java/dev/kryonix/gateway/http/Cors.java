package dev.kryonix.gateway.http;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.cors.CorsConfig;
import io.netty.handler.codec.http.cors.CorsConfigBuilder;
import io.netty.handler.codec.http.cors.CorsHandler;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Answers the browser's question which pages may call, by Netty's handler for CORS. */
@Singleton
final class Cors {
  private static final long MAX_AGE_SECONDS = 3600;

  private static final List<String> REQUEST_HEADERS =
      List.of(
          "accept",
          "authorization",
          "baggage",
          "content-type",
          "grpc-timeout",
          "if-none-match",
          "last-event-id",
          "traceparent",
          "tracestate",
          "x-grpc-web",
          "x-kryonix-tenant",
          "x-request-id",
          "x-server-timeout",
          "x-user-agent");

  private static final String[] ANSWER_HEADERS = {
    "etag",
    "grpc-encoding",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
    "ratelimit",
    "ratelimit-policy",
    "retry-after"
  };

  private final CorsConfig config;

  Cors(CorsSettings settings) {
    List<String> headers = new ArrayList<>(REQUEST_HEADERS);
    headers.addAll(settings.headers());
    CorsConfigBuilder builder =
        settings.origins().contains("*")
            ? CorsConfigBuilder.forAnyOrigin()
            : CorsConfigBuilder.forOrigins(settings.origins().toArray(String[]::new));
    if (settings.origins().isEmpty()) {
      builder.disable();
    }
    config =
        builder
            .allowedRequestHeaders(headers.toArray(String[]::new))
            .allowedRequestMethods(
                HttpMethod.GET,
                HttpMethod.POST,
                HttpMethod.PUT,
                HttpMethod.PATCH,
                HttpMethod.DELETE)
            .exposeHeaders(ANSWER_HEADERS)
            .maxAge(MAX_AGE_SECONDS)
            .build();
  }

  /** The handler of one connection. */
  ChannelHandler handler() {
    return new CorsHandler(config);
  }
}
