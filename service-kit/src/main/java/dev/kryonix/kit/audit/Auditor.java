package dev.kryonix.kit.audit;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.ActorKind;
import dev.kryonix.api.tenant.v1.AppendAuditEventRequest;
import dev.kryonix.api.tenant.v1.AuditServiceGrpc;
import dev.kryonix.api.tenant.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.server.Channels;
import dev.kryonix.kit.state.TenantReconciler;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Writes into a tenant's audit what a caller is about to do, before it is done: what cannot be
 * written down is not done.
 */
@Singleton
@Requires(beans = TenantReconciler.class)
public final class Auditor {
  private static final String TENANT_SERVICE = "tenant";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int TRIES = 2;

  private final AuditServiceBlockingStub audit;

  Auditor(Channels channels, ServiceCredentials credentials) {
    audit =
        AuditServiceGrpc.newBlockingStub(channels.to(TENANT_SERVICE))
            .withCallCredentials(credentials);
  }

  /** Writes the entry; refuses with UNAVAILABLE when tenant-service does not take it. */
  public void record(Principal caller, AuditEntry entry) {
    UUID id = UUID.randomUUID();
    AppendAuditEventRequest request =
        AppendAuditEventRequest.newBuilder()
            .setEventId(
                ByteString.copyFrom(
                    ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .flip()))
            .setTenant(caller.requireTenant().value())
            .setTenantUid(caller.requireTenantUid().toBytes())
            .setActor(caller.subject())
            .setActorKind(kind(caller.kind()))
            .setActingAs(caller.actingAs())
            .setAction(entry.action())
            .setResource(entry.resource())
            .setSource(Callers.source())
            .setRequestId(entry.requestId())
            .putAllDetails(entry.details())
            .build();
    for (int attempt = 1; ; attempt++) {
      try {
        audit
            .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
            .appendAuditEvent(request);
        return;
      } catch (StatusRuntimeException e) {
        if (attempt == TRIES || e.getStatus().getCode() != Code.UNAVAILABLE) {
          throw CommonErrors.upstreamUnavailable("the audit", e);
        }
      }
    }
  }

  private static ActorKind kind(Principal.Kind kind) {
    return switch (kind) {
      case TENANT -> ActorKind.ACTOR_KIND_TENANT;
      case PLATFORM -> ActorKind.ACTOR_KIND_PLATFORM;
      case SERVICE -> ActorKind.ACTOR_KIND_SERVICE;
    };
  }
}
