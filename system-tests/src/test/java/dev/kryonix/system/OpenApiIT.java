package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.system.contract.ApiDocument;
import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.TestTenant;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The platform answers as its OpenAPI document says. */
@OnPlatform
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OpenApiIT {
  private final Rest nobody;
  private final Rest admin;
  private final URI http;
  private final String token;
  private final TestTenant tenant;
  private final ApiDocument document;

  OpenApiIT(Platform platform) {
    nobody = platform.rest();
    admin = platform.operator().rest();
    http = platform.gateway().http();
    token = platform.operator().token(platform.adminApiKey()).getToken();
    tenant = platform.newTenant();
    document = new ApiDocument(nobody.get("/openapi.json").body());
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/cache/{module}/{type}/{key}, /v1/cache/crm/user_data/nothing_there",
    "/v1/backups, /v1/backups",
    "/v1/restores, /v1/restores",
  })
  void whatATenantReadsIsAsDescribed(String path, String request) {
    answers("get", path, tenant.rest().get(request));
  }

  /** Among these are RPCs that are not served: that, too, is described. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/queues",
        "/v1/scheduledMessages",
        "/v1/deadLetters",
        "/v1/messaging/metrics",
        "/v1/messaging/report",
        "/v1/cache/insight/stats",
        "/v1/sessions",
        "/v1/backupPolicy",
        "/v1/files",
        "/v1/devices",
        "/v1/compliance/events",
        "/v1/backups/insight/metrics",
      })
  void whateverIsAnsweredIsAsDescribed(String path) {
    fits("get", path, tenant.rest().get(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/x-ndjson", "text/event-stream"})
  void aStreamIsAsDescribedToTheErrorThatEndsIt(String type) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(http.resolve(tenantPath(":watch")))
            .header("authorization", "Bearer " + token)
            .header("accept", type)
            .header("x-server-timeout", "5")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      var answer = client.send(request, BodyHandlers.ofString());

      assertThat(answer.headers().firstValue("content-type")).contains(type);
      assertThat(answer.body()).contains("\"code\":4");
      assertThat(document.mistakesInStream("/v1/tenants/{tenant}:watch", type, answer.body()))
          .as(answer.body())
          .isEmpty();
    }
  }

  @Test
  void whatAPlatformEngineerReadsIsAsDescribed() {
    answers("get", "/v1/tenants", admin.get("/v1/tenants?pageSize=5"));
    answers("get", "/v1/tenants/{tenant}", admin.get("/v1/tenants/" + tenant.id()));
    answers("get", "/v1/tenants/{tenant}/apiKeys", admin.get(tenantPath("/apiKeys")));
    answers("get", "/v1/tenants/{tenant}/auditEvents", admin.get(tenantPath("/auditEvents")));
    fits("get", "/v1/messaging/cluster", admin.get("/v1/messaging/cluster"));
  }

  @Test
  void whatChangesThingsAnswersAsDescribed() {
    Rest app = tenant.rest();

    answers(
        "post",
        "/v1/messages:publish",
        app.send(
            "POST",
            "/v1/messages:publish",
            "{\"module\":\"crm\",\"operation\":\"leads.create\",\"json\":{\"name\":\"Ana\"}}"));
    answers(
        "put",
        "/v1/cache/{module}/{type}/{key}",
        app.send("PUT", "/v1/cache/crm/user_data/a/b", "{\"value\":\"AAEC\",\"ttl\":\"60s\"}"));
    answers("get", "/v1/cache/{module}/{type}/{key}", app.get("/v1/cache/crm/user_data/a/b"));
    answers(
        "patch",
        "/v1/tenants/{tenant}",
        admin.send("PATCH", tenantPath(""), "{\"displayName\":\"Renamed\",\"labels\":null}"));
  }

  @Test
  void refusalsAreAsDescribed() {
    RestAnswer stranger = nobody.get("/v1/queues");
    RestAnswer malformed = admin.get("/v1/tenants?pageSize=many");
    RestAnswer invalid = tenant.rest().send("POST", "/v1/messages:publish", "{\"module\":\"erp\"}");
    RestAnswer forbidden = tenant.rest().get("/v1/messaging/cluster");
    RestAnswer missing = admin.get("/v1/tenants/never_created");

    assertThat(stranger.status()).isEqualTo(401);
    fits("get", "/v1/queues", stranger);
    assertThat(malformed.status()).isEqualTo(400);
    fits("get", "/v1/tenants", malformed);
    assertThat(invalid.status()).isEqualTo(400);
    fits("post", "/v1/messages:publish", invalid);
    assertThat(forbidden.status()).isEqualTo(403);
    fits("get", "/v1/messaging/cluster", forbidden);
    assertThat(missing.status()).isEqualTo(404);
    fits("get", "/v1/tenants/{tenant}", missing);
  }

  @Test
  void nothingInternalIsDescribed() {
    assertThat(document.rpcs())
        .isNotEmpty()
        .noneMatch(rpc -> rpc.contains("StateService") || rpc.contains("SnapshotSource"));
  }

  private String tenantPath(String rest) {
    return "/v1/tenants/" + tenant.id() + rest;
  }

  private void answers(String method, String path, RestAnswer answer) {
    assertThat(answer.status()).as(answer.request() + " " + answer.body()).isEqualTo(200);
    fits(method, path, answer);
  }

  private void fits(String method, String path, RestAnswer answer) {
    assertThat(document.mistakes(method, path, answer))
        .as(answer.status() + " " + answer.body())
        .isEmpty();
  }
}
