package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.gateway.Collector.Received;
import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.Note;
import dev.kryonix.kit.telemetry.Tracing;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.micronaut.context.ApplicationContext;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a collector gets of calls through the gateway, and what calls notice of the collector. */
final class TracesIT {
  private static final String PARENT = "b7ad6b7169203331";
  private static final String RPC = "kryonix.echo.v1.EchoService/Echo";

  private static Collector collector;
  private static ApplicationContext service;
  private static GatewayProcess gateway;
  private static ManagedChannel channel;

  private final String trace =
      HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + "43dd8448eb211c80";
  private final String token = Tokens.good();

  @BeforeAll
  static void start() throws Exception {
    collector = Collector.start();
    service = ApplicationContext.run(settings(collector.endpoint(), "echo"));
    EchoUpstream upstream = new EchoUpstream(service.getBean(Tracing.class).serverInterceptor());
    gateway = GatewayProcess.start(upstream, settings(collector.endpoint(), "gateway"));
    channel = channel(gateway);
  }

  private static Map<String, Object> settings(String endpoint, String name) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("kryonix.server.service", name);
    settings.put("otel.exporter.otlp.endpoint", endpoint);
    settings.put("otel.bsp.schedule.delay", "50");
    // Only what a caller wants to be recorded, so that tests see no spans but their own.
    settings.put("otel.traces.sampler", "parentbased_always_off");
    return settings;
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    service.close();
    assertThat(collector.spans().toString())
        .doesNotContain("eyJ")
        .doesNotContainIgnoringCase("bearer")
        .doesNotContain("secret");
    collector.close();
  }

  @Test
  void aCallOverGrpcIsASpanHereAndOneInTheServiceWithinIt() {
    stub(channel, "-01").echo(Note.newBuilder().setId("secret-payload").build());

    Received here = spanOf("gateway", 2);
    Received there = spanOf("echo", 2);
    assertThat(here.parent()).isEqualTo(PARENT);
    assertThat(there.parent()).isEqualTo(here.id());
    assertThat(here.span().getName()).isEqualTo(RPC);
    assertThat(here.span().getKind()).isEqualTo(SpanKind.SPAN_KIND_SERVER);
    assertThat(here.span().getTraceState()).isEqualTo("vendor=opaque");
    assertThat(there.span().getTraceState()).isEqualTo("vendor=opaque");
    assertThat(here.attributes())
        .containsEntry("rpc.system", "grpc")
        .containsEntry("rpc.service", "kryonix.echo.v1.EchoService")
        .containsEntry("rpc.method", "Echo")
        .containsEntry("rpc.grpc.status_code", "0")
        .containsEntry("kryonix.protocol", "grpc")
        .containsEntry("kryonix.tenant", "acme")
        .containsEntry("kryonix.plan", "basic")
        .containsEntry("client.address", "127.0.0.1");
    assertThat(here.span().getStartTimeUnixNano())
        .isLessThanOrEqualTo(there.span().getStartTimeUnixNano());
  }

  @Test
  void aCallOverRestIsNamedByItsRoute() throws Exception {
    HttpResponse<String> answer = get("/v1/echo/secret-id?remark=secret-remark");

    assertThat(answer.statusCode()).isEqualTo(200);
    Received here = spanOf("gateway", 2);
    assertThat(spanOf("echo", 2).parent()).isEqualTo(here.id());
    assertThat(here.parent()).isEqualTo(PARENT);
    assertThat(here.span().getName()).isEqualTo("GET /v1/echo/{id}");
    assertThat(here.attributes())
        .containsEntry("http.request.method", "GET")
        .containsEntry("http.route", "/v1/echo/{id}")
        .containsEntry("http.response.status_code", "200")
        .containsEntry("rpc.service", "kryonix.echo.v1.EchoService")
        .containsEntry("rpc.method", "Echo")
        .containsEntry("kryonix.protocol", "rest")
        .containsEntry("kryonix.tenant", "acme");
  }

  @Test
  void aStreamOfEventsIsOneSpan() throws Exception {
    send(rest("/v1/count/3").header("accept", "text/event-stream").GET());

    Received here = spanOf("gateway", 2);
    assertThat(spanOf("echo", 2).parent()).isEqualTo(here.id());
    assertThat(here.attributes()).containsEntry("rpc.method", "Count");
  }

  @Test
  void aCallOverGrpcWeb() throws Exception {
    send(
        rest("/" + RPC)
            .header("content-type", "application/grpc-web+proto")
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {0, 0, 0, 0, 0})));

    Received here = spanOf("gateway", 2);
    assertThat(spanOf("echo", 2).parent()).isEqualTo(here.id());
    assertThat(here.span().getName()).isEqualTo(RPC);
    assertThat(here.attributes())
        .containsEntry("kryonix.protocol", "grpc-web")
        .containsEntry("http.request.method", "POST");
  }

  @Test
  void aSocketIsOneSpanFromItsHandshakeToItsEnd() throws Exception {
    SocketClient socket =
        SocketClient.open(
            gateway.httpPort(),
            true,
            "/v1/rooms/secret-room:converse",
            builder ->
                builder
                    .header("authorization", "Bearer " + token)
                    .header("traceparent", "00-" + trace + "-" + PARENT + "-01"),
            SocketClient.JSON);
    socket.send("{\"remark\": \"secret-note\"}").text();
    assertThat(collector.spans(trace)).isEmpty();
    assertThat(socket.complete().closed().code()).isEqualTo(1000);

    Received here = spanOf("gateway", 2);
    assertThat(spanOf("echo", 2).parent()).isEqualTo(here.id());
    assertThat(here.attributes())
        .containsEntry("kryonix.protocol", "websocket")
        .containsEntry("rpc.method", "Converse")
        .containsEntry("http.route", "/v1/rooms/{id}:converse")
        .containsEntry("http.response.status_code", "101");
  }

  @Test
  void aCallThatIsRefusedAtTheDoorIsASpanWithItsReason() {
    assertThatThrownBy(
            () ->
                stub(channel, "-01", "Bearer " + Tokens.byAnotherKey())
                    .echo(Note.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class);

    Received here = spanOf("gateway", 1);
    assertThat(here.attributes())
        .containsEntry("rpc.grpc.status_code", "16")
        .containsEntry("kryonix.reason", "TOKEN_INVALID")
        .doesNotContainKey("kryonix.tenant");
    // It is the caller's mistake, and no error of the gateway.
    assertThat(here.span().getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
  }

  @Test
  void aMethodThatIsNotThereLeavesItsNameToTheCaller() throws Exception {
    send(
        rest("/kryonix.echo.v1.EchoService/Secret")
            .header("content-type", "application/grpc-web+proto")
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {0, 0, 0, 0, 0})));

    Received here = spanOf("gateway", 1);
    assertThat(here.span().getName()).isEqualTo("unknown method");
    assertThat(here.span().toString()).doesNotContain("Secret");
  }

  @Test
  void aCallerThatIsNotSampledStaysSoAllTheWay() throws Exception {
    stub(channel, "-00").echo(Note.getDefaultInstance());
    // Spans are sent in the order in which they end.
    String recorded = (trace.startsWith("1") ? "2" : "1") + trace.substring(1);
    channelCall(recorded);

    await().until(() -> collector.spans(recorded).size() == 2);
    assertThat(collector.spans(trace)).isEmpty();
  }

  @Test
  void aCollectorThatHangsDoesNotSlowCalls() throws Exception {
    try (Collector hanging = Collector.hanging()) {
      Map<String, Object> settings = settings(hanging.endpoint(), "gateway");
      settings.put("otel.bsp.max.queue.size", "64");
      settings.put("otel.bsp.max.export.batch.size", "16");

      assertCallsAreFast(settings);

      await().until(() -> hanging.requests.get() > 0);
    }
  }

  @Test
  void aCollectorThatIsAwayDoesNotSlowCalls() throws Exception {
    assertCallsAreFast(settings("http://127.0.0.1:9", "gateway"));
  }

  /** A thousand sampled calls, of which a queue of 64 holds few. */
  private void assertCallsAreFast(Map<String, Object> settings) throws Exception {
    GatewayProcess another = GatewayProcess.start(settings);
    ManagedChannel to = channel(another);
    try {
      var stub = stub(to, "-01");
      call(stub);
      long[] nanos = new long[1000];
      for (int i = 0; i < nanos.length; i++) {
        long began = System.nanoTime();
        call(stub);
        nanos[i] = System.nanoTime() - began;
      }
      Arrays.sort(nanos);
      // One call may meet a machine that stands still; calls that wait for a collector are many.
      assertThat(Duration.ofNanos(nanos[989])).isLessThan(Duration.ofSeconds(2));
    } finally {
      to.shutdownNow();
    }
  }

  /** Of an RPC that no plan limits. */
  private static void call(EchoServiceGrpc.EchoServiceBlockingStub stub) {
    assertThat(stub.open(Note.newBuilder().setId("any").build()).getId()).isEqualTo("any");
  }

  /** The only span of that service in this test's trace, once all have come. */
  private Received spanOf(String name, int ofAll) {
    await().until(() -> collector.spans(trace).size() >= ofAll);
    List<Received> all = collector.spans(trace);
    assertThat(all).hasSize(ofAll);
    return all.stream().filter(span -> span.service().equals(name)).findFirst().orElseThrow();
  }

  private void channelCall(String traceId) {
    Metadata headers = headers("Bearer " + token, "00-" + traceId + "-" + PARENT + "-01");
    EchoServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .echo(Note.getDefaultInstance());
  }

  private static ManagedChannel channel(GatewayProcess to) {
    return NettyChannelBuilder.forAddress(
            "127.0.0.1", to.grpcPort(), InsecureChannelCredentials.create())
        .build();
  }

  private EchoServiceGrpc.EchoServiceBlockingStub stub(ManagedChannel to, String flags) {
    return stub(to, flags, "Bearer " + token);
  }

  private EchoServiceGrpc.EchoServiceBlockingStub stub(
      ManagedChannel to, String flags, String authorization) {
    return EchoServiceGrpc.newBlockingStub(to)
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(
                headers(authorization, "00-" + trace + "-" + PARENT + flags)));
  }

  private static Metadata headers(String authorization, String parent) {
    Metadata headers = new Metadata();
    headers.put(ascii("authorization"), authorization);
    headers.put(ascii("traceparent"), parent);
    headers.put(ascii("tracestate"), "vendor=opaque");
    return headers;
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(rest(path).GET());
  }

  private HttpRequest.Builder rest(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.httpPort() + path))
        .header("authorization", "Bearer " + token)
        .header("traceparent", "00-" + trace + "-" + PARENT + "-01");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
