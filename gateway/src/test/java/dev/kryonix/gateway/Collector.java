package dev.kryonix.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A collector of spans: OTLP over HTTP as the standard has it. It can be told not to answer. */
final class Collector implements AutoCloseable {
  private final HttpServer server;
  private final List<Received> spans = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private final boolean answers;
  final AtomicInteger requests = new AtomicInteger();

  private Collector(boolean answers) throws IOException {
    this.answers = answers;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/traces", this::receive);
    server.start();
  }

  static Collector start() throws IOException {
    return new Collector(true);
  }

  /** One that takes requests and never answers. */
  static Collector hanging() throws IOException {
    return new Collector(false);
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  List<Received> spans() {
    return spans;
  }

  /** What belongs to that trace. */
  List<Received> spans(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  private void receive(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      ExportTraceServiceRequest request =
          ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
      if (!answers) {
        released.await();
        return;
      }
      request.getResourceSpansList().forEach(this::keep);
      byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
      exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep(ResourceSpans of) {
    String service =
        attributes(of.getResource().getAttributesList()).getOrDefault("service.name", "");
    of.getScopeSpansList()
        .forEach(
            scope -> scope.getSpansList().forEach(span -> spans.add(new Received(service, span))));
  }

  private static Map<String, String> attributes(List<KeyValue> list) {
    return list.stream().collect(Collectors.toMap(KeyValue::getKey, each -> text(each.getValue())));
  }

  private static String text(AnyValue value) {
    return value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue();
  }

  @Override
  public void close() {
    released.countDown();
    server.stop(0);
  }

  /** One span, and the service that sent it. */
  record Received(String service, Span span) {
    private static final HexFormat HEX = HexFormat.of();

    String traceId() {
      return HEX.formatHex(span.getTraceId().toByteArray());
    }

    String id() {
      return HEX.formatHex(span.getSpanId().toByteArray());
    }

    String parent() {
      return HEX.formatHex(span.getParentSpanId().toByteArray());
    }

    Map<String, String> attributes() {
      return Collector.attributes(span.getAttributesList());
    }
  }
}
