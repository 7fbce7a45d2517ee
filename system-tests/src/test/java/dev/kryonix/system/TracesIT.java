package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.system.platform.Collector;
import dev.kryonix.system.platform.Collector.Received;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.TestTenant;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A call that its caller wants to be traced, as a collector gets it from the processes. */
@OnPlatform
final class TracesIT {
  private static final String PARENT = "00f067aa0ba902b7";
  private static Collector collector;

  private final TestTenant tenant;
  private final String trace = UUID.randomUUID().toString().replace("-", "");

  TracesIT(Platform platform) {
    tenant = platform.newTenant();
  }

  @BeforeAll
  static void listen(Platform platform) {
    collector = platform.collector();
  }

  @AfterAll
  static void close() {
    collector.close();
  }

  @Test
  void overGrpcItIsASpanOfTheGatewayAndOneOfTheServiceWithinIt() {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceParent("01"));

    var unused =
        CacheServiceGrpc.newBlockingStub(tenant.grpc())
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .set(
                SetRequest.newBuilder()
                    .setModule("crm")
                    .setType("temp")
                    .setKey("secret-key")
                    .setValue(ByteString.copyFromUtf8("secret-value"))
                    .build());

    assertOneTrace("kryonix.cache.v1.CacheService/Set");
  }

  @Test
  void overRestItIsNamedByItsRoute() throws Exception {
    assertThat(put("01")).isEqualTo(200);

    assertOneTrace("PUT /v1/cache/{module}/{type}/{key=**}");
  }

  @Test
  void aCallThatItsCallerDoesNotWantToBeTracedLeavesNothing() throws Exception {
    assertThat(put("00")).isEqualTo(200);
    String later = UUID.randomUUID().toString().replace("-", "");
    assertThat(put("00-" + later + "-" + PARENT + "-01", "k")).isEqualTo(200);

    // A process sends spans in the order in which they end.
    await().until(() -> collector.spans(later).size() == 2);
    assertThat(collector.spans(trace)).isEmpty();
  }

  private void assertOneTrace(String name) {
    await().until(() -> collector.spans(trace).size() >= 2);
    List<Received> spans = collector.spans(trace);
    assertThat(spans).extracting(Received::service).containsExactlyInAnyOrder("gateway", "cache");
    Received gateway = of("gateway", spans);
    Received cache = of("cache", spans);
    assertThat(gateway.span().getName()).isEqualTo(name);
    assertThat(gateway.parent()).isEqualTo(PARENT);
    assertThat(cache.span().getName()).isEqualTo("kryonix.cache.v1.CacheService/Set");
    assertThat(cache.parent()).isEqualTo(gateway.id());
    assertThat(spans)
        .allSatisfy(span -> assertThat(span.attribute("kryonix.tenant")).isEqualTo(tenant.id()));
    assertThat(spans.toString()).doesNotContain("secret").doesNotContain(tenant.token());
  }

  private static Received of(String service, List<Received> spans) {
    return spans.stream().filter(span -> span.service().equals(service)).findFirst().orElseThrow();
  }

  private int put(String flags) throws Exception {
    return put(traceParent(flags), "secret-key");
  }

  private int put(String traceParent, String key) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(
                      tenant.platform().gateway().http().resolve("/v1/cache/crm/temp/" + key))
                  .header("authorization", "Bearer " + tenant.token())
                  .header("content-type", "application/json")
                  .header("traceparent", traceParent)
                  .PUT(BodyPublishers.ofString("{\"value\": \"c2VjcmV0\"}"))
                  .build(),
              BodyHandlers.ofString())
          .statusCode();
    }
  }

  private String traceParent(String flags) {
    return "00-" + trace + "-" + PARENT + "-" + flags;
  }
}
