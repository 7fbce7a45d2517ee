package dev.kryonix.system.story;

import com.google.protobuf.util.Durations;
import dev.kryonix.api.tenant.v1.CreateApiKeyRequest;
import dev.kryonix.api.tenant.v1.CreateApiKeyResponse;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.IssueTokenResponse;
import dev.kryonix.api.tenant.v1.ResumeTenantRequest;
import dev.kryonix.api.tenant.v1.StepState;
import dev.kryonix.api.tenant.v1.SuspendTenantRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.UndeleteTenantRequest;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.system.gateway.Events;
import dev.kryonix.system.gateway.GatewayAddress;
import dev.kryonix.system.gateway.Rest;
import java.time.Duration;
import java.util.List;

/** A platform engineer, who creates tenants and takes them away, over REST. */
public final class Operator {
  /** All scopes that a tenant's API key can have. */
  public static final List<String> TENANT_SCOPES =
      List.of(
          "tenant.read",
          "tenant.write",
          "messaging.publish",
          "messaging.subscribe",
          "messaging.admin",
          "mobile.send",
          "mobile.device",
          "cache.read",
          "cache.write",
          "cache.admin",
          "backup.read",
          "backup.run",
          "backup.restore",
          "backup.admin");

  /** All modules of the catalogue. */
  public static final List<String> MODULES =
      List.of(
          "agendamento",
          "analytics",
          "crm",
          "financeiro",
          "marketing",
          "portal",
          "whatsapp",
          "whitelabel");

  private static final Duration PROVISIONED_WITHIN = Duration.ofSeconds(60);

  private final Rest strangers;
  private final Rest rest;

  public Operator(GatewayAddress gateway, String adminApiKey) {
    strangers = new Rest(gateway.http());
    rest = strangers.withToken(token(adminApiKey).getToken());
  }

  /** REST with the operator's token. */
  public Rest rest() {
    return rest;
  }

  /** Creates a tenant on the largest plan, with all modules. */
  public Tenant create(String id, String displayName) {
    CreateTenantRequest request =
        CreateTenantRequest.newBuilder()
            .setTenantId(id)
            .setTenant(
                Tenant.newBuilder()
                    .setDisplayName(displayName)
                    .setPlan("enterprise")
                    .setSector("medicina")
                    .addAllModules(MODULES)
                    .putLabels("cidade", "Recife"))
            .build();
    return rest.post("/v1/tenants", request).as(Tenant.getDefaultInstance());
  }

  /** Watches a tenant until it is ACTIVE, and says how many steps the services finished. */
  public int awaitActive(String id) {
    int[] steps = {0};
    try (Events<WatchTenantResponse> events =
        rest.events("/v1/tenants/" + id + ":watch", WatchTenantResponse.getDefaultInstance())) {
      events.await(
          event -> {
            if (event.getStep().getState() == StepState.STEP_STATE_DONE) {
              steps[0]++;
            }
            return event.getTenant().getState() == TenantState.TENANT_STATE_ACTIVE;
          },
          PROVISIONED_WITHIN);
    }
    return steps[0];
  }

  public Tenant get(String id) {
    return rest.get("/v1/tenants/" + id).as(Tenant.getDefaultInstance());
  }

  /** Creates an API key; its secret is in the answer. */
  public CreateApiKeyResponse createApiKey(String tenant, List<String> scopes) {
    CreateApiKeyRequest request =
        CreateApiKeyRequest.newBuilder()
            .setTenant(tenant)
            .setDisplayName("Agenda")
            .addAllScopes(scopes)
            .build();
    return rest.post("/v1/tenants/" + tenant + "/apiKeys", request)
        .as(CreateApiKeyResponse.getDefaultInstance());
  }

  /** Exchanges an API key for a token with some of its scopes, or all when none are named. */
  public IssueTokenResponse token(String apiKey, String... scopes) {
    return issue(
        IssueTokenRequest.newBuilder().setApiKey(apiKey).addAllScopes(List.of(scopes)).build());
  }

  /** Exchanges an API key for a token that lives only so long. */
  public IssueTokenResponse token(String apiKey, Duration ttl) {
    return issue(
        IssueTokenRequest.newBuilder()
            .setApiKey(apiKey)
            .setTtl(Durations.fromSeconds(ttl.toSeconds()))
            .build());
  }

  public Tenant suspend(String id) {
    return rest.post("/v1/tenants/" + id + ":suspend", SuspendTenantRequest.getDefaultInstance())
        .as(Tenant.getDefaultInstance());
  }

  public Tenant resume(String id) {
    return rest.post("/v1/tenants/" + id + ":resume", ResumeTenantRequest.getDefaultInstance())
        .as(Tenant.getDefaultInstance());
  }

  public Tenant delete(String id) {
    return rest.delete("/v1/tenants/" + id).as(Tenant.getDefaultInstance());
  }

  public Tenant undelete(String id) {
    return rest.post("/v1/tenants/" + id + ":undelete", UndeleteTenantRequest.getDefaultInstance())
        .as(Tenant.getDefaultInstance());
  }

  private IssueTokenResponse issue(IssueTokenRequest request) {
    return strangers.post("/v1/token", request).as(IssueTokenResponse.getDefaultInstance());
  }
}
