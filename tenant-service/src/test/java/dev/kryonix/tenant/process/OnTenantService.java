package dev.kryonix.tenant.process;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.FieldMask;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateApiKeyRequest;
import dev.kryonix.api.tenant.v1.CreateApiKeyResponse;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.GetTenantRequest;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.IssueTokenResponse;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.UpdateTenantRequest;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The service on a real PostgreSQL, with the client ends of three services played by the test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnTenantService {
  private TenantProcess service;
  private ScriptedService messaging;
  private List<ScriptedService> services;
  private Caller admin;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    service = TenantProcess.start(folder);
    messaging = new ScriptedService(service, "messaging");
    services =
        List.of(
            messaging,
            new ScriptedService(service, "cache"),
            new ScriptedService(service, "backup"));
    services.forEach(ScriptedService::connect);
    admin = Caller.with(service.channel(), TenantProcess.ADMIN_KEY);
  }

  @AfterAll
  void stop() throws InterruptedException {
    services.forEach(ScriptedService::close);
    service.stop();
  }

  TenantProcess service() {
    return service;
  }

  /** The service whose doings a test may decide. */
  ScriptedService messaging() {
    return messaging;
  }

  /** All three that a tenant needs. */
  List<ScriptedService> services() {
    return services;
  }

  Caller admin() {
    return admin;
  }

  static String newId() {
    return "t" + UUID.randomUUID().toString().replace("-", "");
  }

  static Tenant.Builder good() {
    return Tenant.newBuilder().setDisplayName("Clínica Exemplo").setPlan("pro");
  }

  Tenant create(String id) {
    return create(id, good().build());
  }

  Tenant create(String id, Tenant tenant) {
    return admin
        .tenants()
        .createTenant(CreateTenantRequest.newBuilder().setTenantId(id).setTenant(tenant).build())
        .getTenant();
  }

  Tenant createActive(String id) {
    create(id);
    awaitState(id, TenantState.TENANT_STATE_ACTIVE);
    return get(id);
  }

  void awaitState(String id, TenantState state) {
    await().until(() -> get(id).getState() == state);
  }

  Tenant get(String id) {
    return admin.tenants().getTenant(named(id)).getTenant();
  }

  static GetTenantRequest named(String id) {
    return GetTenantRequest.newBuilder().setTenant(id).build();
  }

  Tenant update(String id, String etag, Tenant.Builder values, String... paths) {
    return admin
        .tenants()
        .updateTenant(
            UpdateTenantRequest.newBuilder()
                .setTenant(values.setId(id).setEtag(etag))
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(paths)))
                .build())
        .getTenant();
  }

  CreateApiKeyResponse createKey(String id, String requestId, String... scopes) {
    return admin
        .access()
        .createApiKey(
            CreateApiKeyRequest.newBuilder()
                .setTenant(id)
                .setDisplayName("test")
                .addAllScopes(List.of(scopes))
                .setRequestId(requestId)
                .build());
  }

  IssueTokenResponse issue(IssueTokenRequest.Builder request) {
    return AccessServiceGrpc.newBlockingStub(service.channel()).issueToken(request.build());
  }

  IssueTokenResponse actAs(String id) {
    return issue(IssueTokenRequest.newBuilder().setApiKey(TenantProcess.ADMIN_KEY).setTenant(id));
  }

  static Caller.Refusal invalid(String reason, String... fields) {
    return new Caller.Refusal(Code.INVALID_ARGUMENT, reason, List.of(fields));
  }
}
