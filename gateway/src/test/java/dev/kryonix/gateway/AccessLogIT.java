package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.Note;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the access log says of calls: one line each, whatever becomes of them, and no secret. */
final class AccessLogIT {
  private static final Metadata.Key<String> REQUEST_ID = ascii("x-request-id");

  private static GatewayProcess gateway;
  private static Path log;
  private static ManagedChannel channel;
  private final String id = UUID.randomUUID().toString();
  private final String token = Tokens.good();

  @BeforeAll
  static void start(@TempDir Path folder) {
    log = folder.resolve("access.log");
    gateway = GatewayProcess.start(Map.of("kryonix.gateway.access-log.to", log.toString()));
    channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", gateway.grpcPort(), InsecureChannelCredentials.create())
            .userAgent("test \"agent\"")
            .build();
  }

  @AfterAll
  static void stop() throws IOException {
    channel.shutdownNow();
    assertThat(Files.readString(log)).doesNotContain("eyJ").doesNotContainIgnoringCase("bearer");
  }

  @Test
  void aCallOverGrpc() throws Exception {
    stub().echo(Note.newBuilder().setId("secret-payload").build());

    JsonObject line = line();
    assertThat(text(line, "protocol")).isEqualTo("grpc");
    assertThat(text(line, "rpc")).isEqualTo("kryonix.echo.v1.EchoService/Echo");
    assertThat(text(line, "code")).isEqualTo("OK");
    assertThat(text(line, "tenant")).isEqualTo(Tokens.claims().build().getStringClaim("tenant"));
    assertThat(text(line, "peer")).isEqualTo("127.0.0.1");
    assertThat(text(line, "user_agent")).contains("test \"agent\"");
    assertThat(text(line, "trace_id")).matches("[0-9a-f]{32}");
    assertThat(text(line, "time")).matches("20..-..-..T.*Z");
    assertThat(line.get("duration_ms").getAsDouble()).isPositive();
    assertThat(line.get("messages_in").getAsInt()).isEqualTo(1);
    assertThat(line.get("messages_out").getAsInt()).isEqualTo(1);
    assertThat(line.get("bytes_in").getAsInt()).isEqualTo(line.get("bytes_out").getAsInt());
    assertThat(line.toString()).doesNotContain("secret-payload");
  }

  @Test
  void aCallThatIsRefused() throws Exception {
    assertThatThrownBy(
            () -> stub("Bearer " + Tokens.byAnotherKey()).echo(Note.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class);

    JsonObject line = line();
    assertThat(text(line, "code")).isEqualTo("UNAUTHENTICATED");
    assertThat(text(line, "reason")).isEqualTo("TOKEN_INVALID");
    assertThat(line.has("tenant")).isFalse();
  }

  @Test
  void aCallThatTheServiceRefuses() throws Exception {
    assertThatThrownBy(() -> stub().open(Note.newBuilder().setId("fail").build()))
        .isInstanceOf(StatusRuntimeException.class);

    assertThat(text(line(), "reason")).isEqualTo("RESOURCE_NOT_FOUND");
  }

  @Test
  void aStreamThatItsCallerLeaves() throws Exception {
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(
        () -> {
          Iterator<Note> notes = stub().watch(Note.newBuilder().setId("a").build());
          notes.next();
        });
    context.cancel(null);

    JsonObject line = line();
    assertThat(text(line, "code")).isEqualTo("CANCELLED");
    assertThat(line.get("messages_out").getAsInt()).isEqualTo(1);
  }

  @Test
  void aMethodThatIsNotThere() throws Exception {
    HttpRequest.Builder web =
        rest("/kryonix.echo.v1.EchoService/Nothing")
            .header("content-type", "application/grpc-web+proto")
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {0, 0, 0, 0, 0}));
    send(web);

    JsonObject line = line();
    assertThat(text(line, "protocol")).isEqualTo("grpc-web");
    assertThat(text(line, "reason")).isEqualTo("METHOD_UNKNOWN");
    assertThat(line.has("rpc")).isFalse();
  }

  @Test
  void aCallOverRestWithoutTheValuesOfItsPathAndQuery() throws Exception {
    send(rest("/v1/echo/secret-id?remark=secret-remark").GET());

    JsonObject line = line();
    assertThat(text(line, "protocol")).isEqualTo("rest");
    assertThat(text(line, "http_method")).isEqualTo("GET");
    assertThat(text(line, "route")).isEqualTo("/v1/echo/{id}");
    assertThat(text(line, "rpc")).isEqualTo("kryonix.echo.v1.EchoService/Echo");
    assertThat(line.get("http_status").getAsInt()).isEqualTo(200);
    assertThat(text(line, "code")).isEqualTo("OK");
    assertThat(line.get("bytes_out").getAsInt()).isPositive();
    assertThat(line.toString()).doesNotContain("secret");
  }

  @Test
  void aBodyThatIsWrong() throws Exception {
    send(
        rest("/v1/echo")
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"nothing\":1}")));

    JsonObject line = line();
    assertThat(line.get("http_status").getAsInt()).isEqualTo(400);
    assertThat(text(line, "code")).isEqualTo("INVALID_ARGUMENT");
    assertThat(text(line, "reason")).isEqualTo("INVALID_FIELD");
    assertThat(line.get("bytes_in").getAsInt()).isEqualTo(13);
  }

  @Test
  void aPathThatLeadsNowhere() throws Exception {
    long before = lines().size();
    send(rest("/nowhere/secret-path").GET());

    await().until(() -> lines().size() > before);
    JsonObject line =
        JsonParser.parseString(
                lines().stream()
                    .filter(each -> each.contains("\"http_status\":404"))
                    .findFirst()
                    .orElseThrow())
            .getAsJsonObject();
    assertThat(text(line, "protocol")).isEqualTo("http");
    assertThat(line.toString()).doesNotContain("secret-path");
  }

  @Test
  void callsAreCountedByPlanToo() throws Exception {
    stub().echo(Note.getDefaultInstance());
    line();

    String metrics =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.managementPort() + "/metrics"))
                    .build(),
                BodyHandlers.ofString())
            .body();
    assertThat(metrics)
        .containsPattern(
            "kryonix_gateway_calls_total\\{code=\"OK\",method=\"Echo\",plan=\"[^\"]+\","
                + "protocol=\"grpc\",service=\"kryonix.echo.v1.EchoService\"} [1-9]");
  }

  private static String text(JsonObject line, String field) {
    return line.has(field) ? line.get(field).getAsString() : "";
  }

  /** The one line of this test's request, which its id tells apart. */
  private JsonObject line() throws IOException {
    await().until(() -> !own().isEmpty());
    assertThat(own()).hasSize(1);
    return JsonParser.parseString(own().getFirst()).getAsJsonObject();
  }

  private List<String> own() throws IOException {
    return lines().stream().filter(each -> each.contains(id)).toList();
  }

  private static List<String> lines() throws IOException {
    return Files.readAllLines(log, StandardCharsets.UTF_8);
  }

  private EchoServiceGrpc.EchoServiceBlockingStub stub() {
    return stub("Bearer " + token);
  }

  private EchoServiceGrpc.EchoServiceBlockingStub stub(String authorization) {
    Metadata headers = new Metadata();
    headers.put(ascii("authorization"), authorization);
    headers.put(REQUEST_ID, id);
    return EchoServiceGrpc.newBlockingStub(
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)));
  }

  private HttpRequest.Builder rest(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.httpPort() + path))
        .header("authorization", "Bearer " + token)
        .header("x-request-id", id);
  }

  private static void send(HttpRequest.Builder request) throws Exception {
    HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
