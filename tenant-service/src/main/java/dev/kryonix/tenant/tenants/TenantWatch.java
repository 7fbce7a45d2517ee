package dev.kryonix.tenant.tenants;

import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.tenant.watch.Watch;
import dev.kryonix.tenant.watch.Watch.News;
import dev.kryonix.tenant.watch.WatchHub;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Writes to one watcher what happens to a tenant. */
@Singleton
public final class TenantWatch {
  /** How soon a watcher that has gone, or a drain, is noticed. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Tenants tenants;
  private final WatchHub hub;
  private final TenantProtos protos;
  private final Readiness readiness;
  private final InstantSource clock;

  TenantWatch(
      Tenants tenants, WatchHub hub, ProfileRules rules, Readiness readiness, InstantSource clock) {
    this.tenants = tenants;
    this.hub = hub;
    this.protos = new TenantProtos(rules);
    this.readiness = readiness;
    this.clock = clock;
  }

  /** Writes until the watcher or the tenant has gone. */
  public void write(TenantId id, Principal caller, StreamWriter<WatchTenantResponse> writer)
      throws InterruptedException {
    Tenant tenant = tenants.get(id, caller);
    // Watched before it is read, so that nothing falls between.
    try (Watch watch = hub.watch(tenant.uid())) {
      boolean isHere = tell(tenant, writer);
      while (isHere && !writer.isEnded()) {
        if (readiness.isDraining()) {
          throw CommonErrors.notServing("the service is stopping");
        }
        switch (watch.next(PATIENCE)) {
          case News.Happened(WatchTenantResponse event) -> writer.write(event);
          case News.Changed() -> isHere = tell(tenant, writer);
          case News.Silence() -> {}
        }
      }
    }
  }

  /** Tells how the tenant is; false when it has gone, though another may have its id by now. */
  private boolean tell(Tenant watched, StreamWriter<WatchTenantResponse> writer) {
    Optional<Tenants.Seen> seen =
        tenants.look(watched.id()).filter(now -> now.tenant().uid().equals(watched.uid()));
    seen.ifPresent(
        now ->
            writer.write(
                WatchTenantResponse.newBuilder()
                    .setEventTime(TenantProtos.timestamp(clock.instant()))
                    .setTenant(protos.message(now.tenant(), now.conditions()))
                    .build()));
    return seen.isPresent();
  }
}
