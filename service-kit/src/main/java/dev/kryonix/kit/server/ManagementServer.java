package dev.kryonix.kit.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The management port: `/health` (200 or 503 with the reasons), `/metrics` in Prometheus text, and
 * the process's own pages.
 */
@Singleton
public final class ManagementServer {
  private static final String JSON = "application/json";

  private final ServerConfig config;
  private final Readiness readiness;
  private final PrometheusMeterRegistry registry;
  private final List<ManagementPage> pages;
  private @Nullable HttpServer server;

  ManagementServer(
      ServerConfig config,
      Readiness readiness,
      PrometheusMeterRegistry registry,
      List<ManagementPage> pages) {
    this.config = config;
    this.readiness = readiness;
    this.registry = registry;
    this.pages = pages;
  }

  /** Listens; a port that is taken ends the start with one clear line. */
  public void start() {
    HttpServer http;
    try {
      http = HttpServer.create(new InetSocketAddress(config.bind(), config.managementPort()), 0);
    } catch (IOException e) {
      throw new StartException(
          "port %d is taken or cannot be bound; set KRYONIX_MANAGEMENT_PORT to another"
              .formatted(config.managementPort()),
          e);
    }
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/health", this::health);
    http.createContext("/metrics", this::metrics);
    for (ManagementPage page : pages) {
      http.createContext(
          page.path(), exchange -> send(exchange, 200, page.contentType(), page.content()));
    }
    http.start();
    server = http;
  }

  public void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  private void health(HttpExchange exchange) throws IOException {
    boolean serving = readiness.isServing();
    String body =
        "{\"status\":\"%s\",\"components\":{%s}}\n"
            .formatted(serving ? "SERVING" : "NOT_SERVING", fields(readiness.components()));
    send(exchange, serving ? 200 : 503, JSON, body);
  }

  private void metrics(HttpExchange exchange) throws IOException {
    send(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", registry.scrape());
  }

  private static String fields(Map<String, String> values) {
    return values.entrySet().stream()
        .map(e -> "\"%s\":\"%s\"".formatted(escape(e.getKey()), escape(e.getValue())))
        .collect(Collectors.joining(","));
  }

  private static String escape(String text) {
    return text.replaceAll("[\\\\\"\\p{Cntrl}]", " ");
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
