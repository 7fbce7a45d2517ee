package dev.kryonix.gateway;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.policy.TenantGate;
import io.grpc.Status.Code;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The tenants of the tests: all are served, until one is suspended, but for one not heard of yet.
 */
final class EchoTenants implements TenantGate {
  static final EchoTenants ALL = new EchoTenants();

  private final Set<TenantId> suspended = ConcurrentHashMap.newKeySet();
  private final List<Consumer<TenantId>> listeners = new CopyOnWriteArrayList<>();

  private EchoTenants() {
    suspended.add(new TenantId("suspended"));
  }

  void suspend(String tenant) {
    TenantId id = new TenantId(tenant);
    suspended.add(id);
    listeners.forEach(listener -> listener.accept(id));
  }

  @Override
  public Principal admit(Principal principal) {
    if (principal.requireTenant().value().equals("not_heard_of")) {
      throw ServiceException.of(
          Code.UNAVAILABLE, ErrorReason.ERROR_REASON_TENANT_NOT_READY, "Not heard of yet.");
    }
    if (suspended.contains(principal.requireTenant())) {
      throw ServiceException.of(
          Code.PERMISSION_DENIED,
          ErrorReason.ERROR_REASON_TENANT_SUSPENDED,
          "The tenant is suspended.");
    }
    return principal;
  }

  @Override
  public void onChange(Consumer<TenantId> listener) {
    listeners.add(listener);
  }
}
