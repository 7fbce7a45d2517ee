package dev.kryonix.system.platform;

import static org.awaitility.Awaitility.await;

import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.ListTenantsResponse;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.story.Operator;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Tenants that a test creates, all under one label, so that exactly those can be found again, the
 * ones that should not be there included.
 */
public final class Cohort {
  private static final String LABEL = "cohort";

  private final Operator operator;
  private final String name = Platform.newTenantId();

  public Cohort(Platform platform) {
    operator = platform.operator();
  }

  /** What the ids of all its tenants begin with. */
  public String prefix() {
    return name;
  }

  /**
   * Asks for one more tenant. Its id is left to the platform, so that one that is created twice has
   * two ids, and shows.
   *
   * @param requestId makes the call repeatable
   */
  public RestAnswer ask(String requestId) {
    return operator
        .rest()
        .post(
            "/v1/tenants",
            CreateTenantRequest.newBuilder()
                .setRequestId(requestId)
                .setTenant(
                    Tenant.newBuilder()
                        .setDisplayName(name)
                        .setPlan("enterprise")
                        .addAllModules(Operator.MODULES)
                        .putLabels(LABEL, name))
                .build());
  }

  /** Creates one more tenant. */
  public Tenant create() {
    return ask(UUID.randomUUID().toString()).as(Tenant.getDefaultInstance());
  }

  /** All of its tenants, without their conditions. */
  public List<Tenant> list() {
    return operator
        .rest()
        .get("/v1/tenants?pageSize=1000&labels=" + LABEL + "%3D" + name)
        .as(ListTenantsResponse.getDefaultInstance())
        .getTenantsList();
  }

  /** Waits until nobody is in any other state. */
  public List<Tenant> awaitActive(Duration within) {
    return await()
        .atMost(within)
        .until(
            this::list,
            tenants ->
                tenants.stream()
                    .allMatch(tenant -> tenant.getState() == TenantState.TENANT_STATE_ACTIVE));
  }
}
