package dev.kryonix.kit.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.kryonix.api.tenant.v1.Ack;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.Nack;
import dev.kryonix.api.tenant.v1.Progress;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.StepState;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.TenantRemoval;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The stream's messages, to and from the kit's own types. What is malformed throws
 * IllegalArgumentException.
 */
final class StateProtos {
  /** Some 100 kB a message. */
  private static final int HELLO_TENANTS = 4096;

  private static final int MAX_DETAIL = 512;

  private StateProtos() {}

  static Work.Apply work(DesiredTenant tenant) {
    return new Work.Apply(
        new TenantView(
            new TenantId(tenant.getId()),
            TenantUid.fromBytes(tenant.getUid()),
            tenant.getGeneration(),
            serving(tenant.getServing()),
            tenant.getPlan(),
            Set.copyOf(tenant.getModulesList()),
            tenant.getLimits(),
            tenant.getCell(),
            tenant.getSecretsList(),
            Set.copyOf(tenant.getComplianceList()),
            Set.copyOf(tenant.getRevokedList())));
  }

  static DesiredTenant desired(TenantView view) {
    return DesiredTenant.newBuilder()
        .setUid(view.uid().toBytes())
        .setId(view.id().value())
        .setGeneration(view.generation())
        .setServing(
            switch (view.serving()) {
              case SERVING -> ServingState.SERVING_STATE_SERVING;
              case SUSPENDED -> ServingState.SERVING_STATE_SUSPENDED;
              case DELETED -> ServingState.SERVING_STATE_DELETED;
            })
        .setPlan(view.plan())
        .addAllModules(new TreeSet<>(view.modules()))
        .setLimits(view.limits())
        .setCell(view.cell())
        .addAllSecrets(view.secrets())
        .addAllCompliance(new TreeSet<>(view.compliance()))
        .addAllRevoked(new TreeSet<>(view.revoked()))
        .build();
  }

  static Work.Remove work(TenantRemoval removal) {
    return new Work.Remove(
        TenantUid.fromBytes(removal.getTenantUid()),
        new TenantId(removal.getTenant()),
        removal.getGeneration());
  }

  static Restriction restriction(dev.kryonix.api.tenant.v1.Restriction message) {
    return new Restriction(
        new TenantId(message.getTenant()),
        TenantUid.fromBytes(message.getTenantUid()),
        message.getGeneration(),
        serving(message.getServing()),
        Set.copyOf(message.getRevokedList()));
  }

  static List<SyncRequest> hello(String service, String instance, Map<TenantUid, Long> known) {
    List<SyncRequest> messages = new ArrayList<>();
    ByteString.Output uids = ByteString.newOutput();
    Hello.Builder hello = Hello.newBuilder().setService(service).setInstance(instance);
    for (Map.Entry<TenantUid, Long> tenant : known.entrySet()) {
      if (hello.getKnownGenerationsCount() == HELLO_TENANTS) {
        messages.add(message(hello.setKnownUids(uids.toByteString())));
        uids.reset();
        hello.clearKnownGenerations();
      }
      byte[] uid = tenant.getKey().toBytes().toByteArray();
      uids.write(uid, 0, uid.length);
      hello.addKnownGenerations(tenant.getValue());
    }
    messages.add(message(hello.setKnownUids(uids.toByteString()).setComplete(true)));
    return messages;
  }

  static SyncRequest ack(String nonce, Map<String, Long> counts) {
    return SyncRequest.newBuilder()
        .setAck(Ack.newBuilder().setNonce(nonce).putAllCounts(counts))
        .build();
  }

  static SyncRequest nack(String nonce, Failure failure) {
    String detail = failure.detail();
    return SyncRequest.newBuilder()
        .setNack(
            Nack.newBuilder()
                .setNonce(nonce)
                .setStep(failure.step())
                .setReason(failure.reason())
                .setLeastGeneration(failure.leastGeneration())
                .setDetail(detail.substring(0, Math.min(detail.length(), MAX_DETAIL))))
        .build();
  }

  static SyncRequest progress(String nonce, StepEvent event) {
    return SyncRequest.newBuilder()
        .setProgress(
            Progress.newBuilder()
                .setNonce(nonce)
                .setStep(event.step())
                .putAllCounts(event.counts())
                .setState(
                    switch (event.state()) {
                      case STARTED -> StepState.STEP_STATE_STARTED;
                      case DONE -> StepState.STEP_STATE_DONE;
                      case FAILED -> StepState.STEP_STATE_FAILED;
                    })
                .setElapsed(
                    Duration.newBuilder()
                        .setSeconds(event.elapsed().toSeconds())
                        .setNanos(event.elapsed().toNanosPart())))
        .build();
  }

  static java.time.Duration duration(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private static SyncRequest message(Hello.Builder hello) {
    return SyncRequest.newBuilder().setHello(hello).build();
  }

  /**
   * A state that a later tenant-service may add is not one in which calls are known to be served.
   */
  private static Serving serving(ServingState state) {
    return switch (state) {
      case SERVING_STATE_SERVING -> Serving.SERVING;
      case SERVING_STATE_SUSPENDED, UNRECOGNIZED -> Serving.SUSPENDED;
      case SERVING_STATE_DELETED -> Serving.DELETED;
      case SERVING_STATE_UNSPECIFIED -> throw new IllegalArgumentException("serving is not set");
    };
  }
}
