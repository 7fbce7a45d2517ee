package dev.kryonix.messaging.subscribe;

import dev.kryonix.api.messaging.v1.ExtendLease;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.SettlementResult;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Settles the deliveries that a request names, token by token. */
@Singleton
final class Settlements {
  private final Leases leases;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Settlements(Leases leases) {
    this.leases = leases;
  }

  List<SettlementResult> acknowledge(TenantView tenant, List<String> tokens) {
    return settle(tenant, tokens, new Settlement.Acknowledge());
  }

  List<SettlementResult> giveBack(TenantView tenant, Nack nack) {
    Settlement settlement =
        switch (nack.getAction()) {
          case NACK_ACTION_REQUEUE -> new Settlement.Requeue();
          case NACK_ACTION_DROP -> new Settlement.Drop(nack.getError());
          case NACK_ACTION_RETRY ->
              new Settlement.Retry(
                  nack.hasDelay() ? Optional.of(duration(nack.getDelay())) : Optional.empty(),
                  nack.getError());
          case NACK_ACTION_UNSPECIFIED, UNRECOGNIZED ->
              throw CommonErrors.invalidField("action", "is required");
        };
    return settle(tenant, nack.getAckTokensList(), settlement);
  }

  List<SettlementResult> extend(TenantView tenant, ExtendLease extend) {
    return settle(
        tenant, extend.getAckTokensList(), new Settlement.Extend(duration(extend.getLease())));
  }

  /** Each may wait for the broker, so they wait beside each other. */
  private List<SettlementResult> settle(
      TenantView tenant, List<String> tokens, Settlement settlement) {
    if (settlement instanceof Settlement.Acknowledge || tokens.size() == 1) {
      return tokens.stream().map(token -> one(tenant, token, settlement)).toList();
    }
    List<CompletableFuture<SettlementResult>> results =
        tokens.stream()
            .map(
                token ->
                    CompletableFuture.supplyAsync(() -> one(tenant, token, settlement), threads))
            .toList();
    return results.stream().map(CompletableFuture::join).toList();
  }

  private SettlementResult one(TenantView tenant, String token, Settlement settlement) {
    return DeliveryProtos.result(token, leases.settle(tenant, token, settlement));
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  @PreDestroy
  void stop() {
    threads.close();
  }
}
