package dev.kryonix.tenant.purge;

import dev.kryonix.api.tenant.v1.PurgeTenantRequest;
import dev.kryonix.api.tenant.v1.PurgeTenantResponse;
import dev.kryonix.api.tenant.v1.ServiceErasure;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.conditions.Condition;
import dev.kryonix.tenant.conditions.ConditionProtos;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Answers PurgeTenant. */
@Singleton
public final class Erasures {
  private final Purges purges;
  private final Certificates certificates;

  Erasures(Purges purges, Certificates certificates) {
    this.purges = purges;
    this.certificates = certificates;
  }

  /** Begins the erasure, unless it has begun, and says how far it is. */
  public PurgeTenantResponse purge(PurgeTenantRequest request, Actor actor) {
    Purges.State state =
        purges.purge(
            new Purges.Order(
                new TenantId(request.getTenant()),
                new TenantUid(UUID.fromString(request.getUid())),
                request.getSkipGrace()),
            actor);
    return PurgeTenantResponse.newBuilder().setErasure(message(state)).build();
  }

  private dev.kryonix.api.tenant.v1.Erasure message(Purges.State state) {
    Erasure erasure = state.erasure();
    dev.kryonix.api.tenant.v1.Erasure.Builder message =
        dev.kryonix.api.tenant.v1.Erasure.newBuilder()
            .setTenant(erasure.id().value())
            .setUid(erasure.uid().toString())
            .setFinished(erasure.finished().isPresent())
            .setStartTime(ConditionProtos.timestamp(erasure.started()))
            .addAllDestroyedKeyIds(erasure.destroyedKeys());
    for (Erasure.Part part : erasure.parts()) {
      message.addServices(message(part, state));
    }
    erasure
        .finished()
        .ifPresent(
            time ->
                message
                    .setFinishTime(ConditionProtos.timestamp(time))
                    .setCertificate(certificates.of(erasure, time, state.head())));
    return message.build();
  }

  private static ServiceErasure message(Erasure.Part part, Purges.State state) {
    ServiceErasure.Builder message =
        ServiceErasure.newBuilder()
            .setService(part.service())
            .setFinished(part.finished().isPresent())
            .putAllCountsBefore(part.before())
            .putAllCountsAfter(part.after());
    if (part.finished().isEmpty()) {
      for (Condition condition : state.conditions()) {
        if (condition.service().equals(part.service())) {
          message.setCondition(ConditionProtos.message(condition));
        }
      }
    }
    return message.build();
  }
}
