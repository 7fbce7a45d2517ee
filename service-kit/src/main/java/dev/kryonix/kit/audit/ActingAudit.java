package dev.kryonix.kit.audit;

import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.policy.ActingGate;
import dev.kryonix.kit.policy.MethodPolicy;
import dev.kryonix.kit.state.TenantReconciler;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;

/**
 * Notes in a tenant's audit that a platform caller acts in it: each RPC once for each token in a
 * while, and not each of what may be thousands of calls.
 */
@Singleton
@Requires(beans = TenantReconciler.class)
public final class ActingAudit implements ActingGate {
  /** As long as a token of the platform lives at most. */
  private static final Duration NOTED_FOR = Duration.ofMinutes(15);

  private static final int MOST_NOTED = 100_000;

  private final Auditor auditor;
  private final Once<Acting> noted = new Once<>(MOST_NOTED, NOTED_FOR);

  ActingAudit(Auditor auditor) {
    this.auditor = auditor;
  }

  private record Acting(String subject, String token, TenantUid tenant, String method) {}

  @Override
  public void admit(Principal caller, MethodPolicy method) {
    noted.require(acting(caller, method), () -> note(caller, method));
  }

  @Override
  public boolean hasAdmitted(Principal caller, MethodPolicy method) {
    return noted.isDone(acting(caller, method));
  }

  private static Acting acting(Principal caller, MethodPolicy method) {
    return new Acting(
        caller.subject(), caller.tokenId(), caller.requireTenantUid(), method.method());
  }

  private void note(Principal caller, MethodPolicy method) {
    auditor.record(
        caller,
        new AuditEntry(
            action(method.method()),
            "tenants/" + caller.requireTenant().value(),
            "",
            Map.of("calls", "this and further ones of the same token")));
  }

  /** Of {@code kryonix.cache.v1.CacheService/Get} the {@code CacheService.Get}. */
  private static String action(String method) {
    return method.substring(method.lastIndexOf('.') + 1).replace('/', '.');
  }
}
