package dev.kryonix.messaging.subscribe;

import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.ExtendLease;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.SettlementResult;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.state.TenantView;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Settles the deliveries that a request names, token by token: here those of this process, and by
 * the instance that made them the others.
 */
@Singleton
final class Settlements {
  private final Leases leases;
  private final AckTokens tokens;
  private final AckForwarding peers;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Settlements(Leases leases, AckTokens tokens, AckForwarding peers) {
    this.leases = leases;
    this.tokens = tokens;
    this.peers = peers;
  }

  List<SettlementResult> acknowledge(TenantView tenant, List<String> named) {
    return settle(
        tenant,
        named,
        new Settlement.Acknowledge(),
        theirs -> AcknowledgeRequest.newBuilder().addAllAckTokens(theirs).build());
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
    return settle(
        tenant,
        nack.getAckTokensList(),
        settlement,
        theirs ->
            AcknowledgeRequest.newBuilder()
                .addNacks(nack.toBuilder().clearAckTokens().addAllAckTokens(theirs))
                .build());
  }

  List<SettlementResult> extend(TenantView tenant, ExtendLease extend) {
    return settle(
        tenant,
        extend.getAckTokensList(),
        new Settlement.Extend(duration(extend.getLease())),
        theirs ->
            AcknowledgeRequest.newBuilder()
                .addLeaseExtensions(extend.toBuilder().clearAckTokens().addAllAckTokens(theirs))
                .build());
  }

  /** All that one request asks for. */
  List<SettlementResult> settle(TenantView tenant, AcknowledgeRequest request) {
    List<SettlementResult> results = new ArrayList<>();
    results.addAll(acknowledge(tenant, request.getAckTokensList()));
    request.getNacksList().forEach(nack -> results.addAll(giveBack(tenant, nack)));
    request.getLeaseExtensionsList().forEach(each -> results.addAll(extend(tenant, each)));
    return results;
  }

  private List<SettlementResult> settle(
      TenantView tenant,
      List<String> named,
      Settlement settlement,
      Function<List<String>, AcknowledgeRequest> forward) {
    Map<Long, List<String>> elsewhere = new LinkedHashMap<>();
    Map<Long, Acknowledged> acknowledged = new LinkedHashMap<>();
    List<CompletableFuture<List<SettlementResult>>> results = new ArrayList<>();
    for (String token : named) {
      Optional<AckTokens.Delivered> delivery = tokens.read(tenant, token);
      if (delivery.isEmpty()) {
        results.add(done(token, Settled.INVALID));
      } else if (delivery.get().instance() != tokens.instance()) {
        elsewhere
            .computeIfAbsent(delivery.get().instance(), unused -> new ArrayList<>())
            .add(token);
      } else if (settlement instanceof Settlement.Acknowledge) {
        acknowledged
            .computeIfAbsent(delivery.get().epoch(), Acknowledged::new)
            .add(token, delivery.get().id());
      } else {
        results.add(here(token, delivery.get(), settlement));
      }
    }
    acknowledged
        .values()
        .forEach(each -> results.add(CompletableFuture.completedFuture(each.settle(leases))));
    elsewhere.forEach(
        (instance, theirs) ->
            results.add(
                inBackground(() -> peers.settle(tenant, instance, theirs, forward.apply(theirs)))));
    return results.stream().flatMap(each -> each.join().stream()).toList();
  }

  /** What a request acknowledges of one channel. */
  private record Acknowledged(long epoch, List<String> tokens, List<Long> ids) {
    Acknowledged(long epoch) {
      this(epoch, new ArrayList<>(), new ArrayList<>());
    }

    void add(String token, long id) {
      tokens.add(token);
      ids.add(id);
    }

    List<SettlementResult> settle(Leases leases) {
      List<Settled> settled = leases.acknowledge(epoch, ids);
      List<SettlementResult> results = new ArrayList<>(tokens.size());
      for (int i = 0; i < tokens.size(); i++) {
        results.add(DeliveryProtos.result(tokens.get(i), settled.get(i)));
      }
      return results;
    }
  }

  /** What may wait for the broker waits beside the others. */
  private CompletableFuture<List<SettlementResult>> here(
      String token, AckTokens.Delivered delivery, Settlement settlement) {
    return switch (settlement) {
      case Settlement.Retry retry -> inBackground(() -> one(token, delivery, retry));
      case Settlement.Drop drop -> inBackground(() -> one(token, delivery, drop));
      case Settlement.Acknowledge now ->
          CompletableFuture.completedFuture(one(token, delivery, now));
      case Settlement.Requeue now -> CompletableFuture.completedFuture(one(token, delivery, now));
      case Settlement.Extend now -> CompletableFuture.completedFuture(one(token, delivery, now));
    };
  }

  private List<SettlementResult> one(
      String token, AckTokens.Delivered delivery, Settlement settlement) {
    return List.of(DeliveryProtos.result(token, leases.settle(delivery, settlement)));
  }

  private static CompletableFuture<List<SettlementResult>> done(String token, Settled settled) {
    return CompletableFuture.completedFuture(List.of(DeliveryProtos.result(token, settled)));
  }

  private CompletableFuture<List<SettlementResult>> inBackground(
      Supplier<List<SettlementResult>> work) {
    return CompletableFuture.supplyAsync(work, threads);
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  @PreDestroy
  void stop() {
    threads.close();
  }
}
