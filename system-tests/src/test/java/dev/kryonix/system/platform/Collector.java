package dev.kryonix.system.platform;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A collector of spans: OTLP over HTTP, as much of it as is needed to look at them. */
public final class Collector implements AutoCloseable {
  /** Of OTLP over HTTP. */
  static final int DEFAULT_PORT = 4318;

  private final HttpServer server;
  private final List<Received> spans = new CopyOnWriteArrayList<>();

  private Collector(HttpServer server) {
    this.server = server;
    server.createContext("/v1/traces", this::receive);
    server.start();
  }

  static Collector listen(int port) {
    try {
      return new Collector(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
    } catch (IOException e) {
      throw new UncheckedIOException("port " + port, e);
    }
  }

  /** What has come of a trace. */
  public List<Received> spans(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      ExportTraceServiceRequest.parseFrom(exchange.getRequestBody())
          .getResourceSpansList()
          .forEach(this::keep);
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void keep(ResourceSpans of) {
    String service = value(of.getResource().getAttributesList(), "service.name");
    of.getScopeSpansList()
        .forEach(
            scope -> scope.getSpansList().forEach(span -> spans.add(new Received(service, span))));
  }

  private static String value(List<KeyValue> attributes, String name) {
    return attributes.stream()
        .filter(each -> each.getKey().equals(name))
        .map(each -> each.getValue().getStringValue())
        .findFirst()
        .orElse("");
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /**
   * One span.
   *
   * @param service what the process that sent it is called
   */
  public record Received(String service, Span span) {
    private static final HexFormat HEX = HexFormat.of();

    public String traceId() {
      return HEX.formatHex(span.getTraceId().toByteArray());
    }

    public String id() {
      return HEX.formatHex(span.getSpanId().toByteArray());
    }

    public String parent() {
      return HEX.formatHex(span.getParentSpanId().toByteArray());
    }

    /** A text among its attributes; empty when there is none of that name. */
    public String attribute(String name) {
      return value(span.getAttributesList(), name);
    }
  }
}
