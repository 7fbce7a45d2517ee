package dev.kryonix.messaging.subscribe;

import com.google.protobuf.Duration;
import dev.kryonix.api.messaging.v1.ExtendLease;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.SettlementResult;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.List;

/** Settles the deliveries that a request names, token by token. */
@Singleton
final class Settlements {
  private final Leases leases;

  Settlements(Leases leases) {
    this.leases = leases;
  }

  List<SettlementResult> acknowledge(TenantView tenant, List<String> tokens) {
    return settle(tenant, tokens, new Settlement.Acknowledge());
  }

  List<SettlementResult> giveBack(TenantView tenant, Nack nack) {
    if (nack.hasDelay()) {
      throw CommonErrors.notImplemented("messaging.v1.Nack.delay");
    }
    if (!nack.getError().isEmpty()) {
      throw CommonErrors.notImplemented("messaging.v1.Nack.error");
    }
    Settlement settlement =
        switch (nack.getAction()) {
          case NACK_ACTION_REQUEUE -> new Settlement.Requeue();
          case NACK_ACTION_DROP -> new Settlement.Drop();
          case NACK_ACTION_RETRY ->
              throw CommonErrors.notImplemented("messaging.v1.Nack.action NACK_ACTION_RETRY");
          case NACK_ACTION_UNSPECIFIED, UNRECOGNIZED ->
              throw CommonErrors.invalidField("action", "is required");
        };
    return settle(tenant, nack.getAckTokensList(), settlement);
  }

  List<SettlementResult> extend(TenantView tenant, ExtendLease extend) {
    Duration lease = extend.getLease();
    return settle(
        tenant,
        extend.getAckTokensList(),
        new Settlement.Extend(java.time.Duration.ofSeconds(lease.getSeconds(), lease.getNanos())));
  }

  private List<SettlementResult> settle(
      TenantView tenant, List<String> tokens, Settlement settlement) {
    return tokens.stream()
        .map(token -> DeliveryProtos.result(token, leases.settle(tenant, token, settlement)))
        .toList();
  }
}
