package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.policy.TenantGate;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The service's copy of every tenant that has been provisioned here, kept current by the state
 * stream and asked on every request. A tenant appears, and a change of it shows, once it has been
 * made true here; a suspension, deletion, revocation or new key shows the moment it arrives.
 */
@Singleton
@Requires(beans = TenantReconciler.class)
public final class TenantDirectory implements TenantGate {
  private final ConcurrentMap<TenantId, TenantView> tenants = new ConcurrentHashMap<>();
  private final List<Consumer<TenantId>> listeners = new CopyOnWriteArrayList<>();
  private final InstantSource clock;
  private volatile @Nullable Instant currentUntil;

  public TenantDirectory(InstantSource clock) {
    this.clock = clock;
  }

  /** The tenant, in whatever state it is. */
  public Optional<TenantView> find(TenantId id) {
    return Optional.ofNullable(tenants.get(id));
  }

  /** The tenant, in whatever state it is, when it is still the one with that uid. */
  public Optional<TenantView> find(TenantId id, TenantUid uid) {
    return find(id).filter(view -> view.uid().equals(uid));
  }

  /** Every tenant known here, in no order: a copy that stays as it is. */
  public Collection<TenantView> all() {
    return List.copyOf(tenants.values());
  }

  /**
   * The caller's tenant, when it is to be served. Refuses with UNAVAILABLE (TENANT_NOT_READY) one
   * that is not provisioned here, PERMISSION_DENIED a suspended or deleted one or another of the
   * same id, UNAUTHENTICATED a revoked token, and UNAVAILABLE (UPSTREAM_UNAVAILABLE) all while
   * suspensions could have been missed.
   */
  public TenantView require(Principal caller) {
    TenantView view = requireAnyState(caller);
    switch (view.serving()) {
      case SERVING -> {}
      case SUSPENDED -> throw TenantErrors.suspended(view.id());
      case DELETED -> throw TenantErrors.deleted(view.id());
    }
    if (!isCurrent()) {
      throw TenantErrors.cutOff();
    }
    return view;
  }

  /** Whether no suspension can have been missed for longer than the lease allows. */
  boolean isCurrent() {
    Instant until = currentUntil;
    return until == null || !clock.instant().isAfter(until);
  }

  /**
   * The caller's tenant in whatever state it is; refuses as {@link #require} does but for state.
   */
  public TenantView requireAnyState(Principal caller) {
    TenantId id = caller.requireTenant();
    TenantView view = tenants.get(id);
    if (view == null) {
      throw TenantErrors.notReady(id);
    }
    if (caller.tenantUid().isPresent() && !caller.requireTenantUid().equals(view.uid())) {
      throw TenantErrors.anotherTenant(id);
    }
    requireUnrevoked(caller, view);
    return view;
  }

  @Override
  public void requireUnrevoked(Principal caller) {
    caller.tenant().flatMap(this::find).ifPresent(view -> requireUnrevoked(caller, view));
  }

  private static void requireUnrevoked(Principal caller, TenantView view) {
    if (!caller.actingAs()
        && (view.revoked().contains(caller.tokenId())
            || view.revoked().contains(caller.subject()))) {
      throw TenantErrors.revoked();
    }
  }

  @Override
  public Principal admit(Principal caller) {
    TenantView view = require(caller);
    if (caller.tenantUid().isPresent()) {
      // It is that of the tenant, or else the caller had been refused.
      return caller;
    }
    return new Principal(
        caller.subject(),
        caller.kind(),
        Optional.of(view.id()),
        Optional.of(view.uid()),
        caller.scopes(),
        caller.modules(),
        caller.plan(),
        caller.expiresAt(),
        caller.tokenId(),
        caller.actingAs());
  }

  @Override
  public void onChange(Consumer<TenantId> listener) {
    listeners.add(listener);
  }

  private void changed(TenantId id) {
    listeners.forEach(listener -> listener.accept(id));
  }

  /** Shows the tenant as this, in place of any other of the same id. */
  void put(TenantView view) {
    tenants.put(view.id(), view);
    changed(view.id());
  }

  /** Takes the tenant out, unless another of the same id is there. */
  void remove(TenantId id, TenantUid uid) {
    tenants.computeIfPresent(id, (key, view) -> view.uid().equals(uid) ? null : view);
    changed(id);
  }

  /**
   * What is known of suspensions and revocations is current for that long from now; zero means that
   * it is not.
   */
  void lease(Duration duration) {
    currentUntil = duration.isZero() ? Instant.MIN : clock.instant().plus(duration);
  }
}
