package dev.kryonix.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Lease;
import dev.kryonix.api.tenant.v1.Nack;
import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.api.tenant.v1.SyncComplete;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.TenantRemoval;
import dev.kryonix.api.tenant.v1.TenantUpdate;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The server's end of the state stream: says what tenants there are and hears what becomes of it.
 * What a service could not make true it is told again a little later, as tenant-service does it.
 */
final class StateStreams extends StateServiceGrpc.StateServiceImplBase {
  /** Longer than any test takes: without a lease a service serves nobody. */
  private static final Lease LEASE =
      Lease.newBuilder().setDuration(Duration.newBuilder().setSeconds(3600)).build();

  private static final Executor A_LITTLE_LATER =
      CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);

  /** What each tenant was last told to be, or that it is to go. */
  private final Map<ByteString, SyncResponse> wanted = new LinkedHashMap<>();

  private final List<StreamObserver<SyncResponse>> streams = new ArrayList<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<Nack> refused = ConcurrentHashMap.newKeySet();
  private final Map<ByteString, Map<String, Long>> usage = new ConcurrentHashMap<>();

  @Override
  public StreamObserver<SyncRequest> sync(StreamObserver<SyncResponse> responses) {
    // With a handler, what is sent to an instance that has just been killed is dropped.
    ((ServerCallStreamObserver<SyncResponse>) responses).setOnCancelHandler(() -> {});
    return new Instance(responses);
  }

  /** Tells of a tenant, new or changed; the nonce to await, or none when nobody listens. */
  synchronized List<String> show(DesiredTenant tenant) {
    String nonce = "update-" + tenant.getId() + "-" + tenant.getGeneration();
    TenantUpdate update = TenantUpdate.newBuilder().setNonce(nonce).setTenant(tenant).build();
    tell(tenant, SyncResponse.newBuilder().setUpdate(update).build());
    return streams.isEmpty() ? List.of() : List.of(nonce);
  }

  /** Tells that a tenant is to be removed, likewise. */
  synchronized List<String> remove(DesiredTenant tenant) {
    String nonce = "remove-" + tenant.getId();
    TenantRemoval removal =
        TenantRemoval.newBuilder()
            .setNonce(nonce)
            .setTenantUid(tenant.getUid())
            .setTenant(tenant.getId())
            .setGeneration(tenant.getGeneration() + 1)
            .build();
    tell(tenant, SyncResponse.newBuilder().setRemoval(removal).build());
    return streams.isEmpty() ? List.of() : List.of(nonce);
  }

  synchronized List<DesiredTenant> all() {
    return updates().map(each -> each.getUpdate().getTenant()).toList();
  }

  boolean hasAcknowledged(String nonce) {
    return acknowledged.contains(nonce);
  }

  /** Refusals of that nonce. */
  List<Nack> refusals(String nonce) {
    return refused.stream().filter(nack -> nack.getNonce().equals(nonce)).toList();
  }

  Map<String, Long> usage(DesiredTenant tenant) {
    return usage.getOrDefault(tenant.getUid(), Map.of());
  }

  private void tell(DesiredTenant tenant, SyncResponse message) {
    wanted.put(tenant.getUid(), message);
    streams.forEach(stream -> stream.onNext(message));
  }

  private Stream<SyncResponse> updates() {
    return wanted.values().stream().filter(SyncResponse::hasUpdate);
  }

  private synchronized void opened(StreamObserver<SyncResponse> stream) {
    streams.add(stream);
    updates().forEach(stream::onNext);
    stream.onNext(
        SyncResponse.newBuilder()
            .setSyncComplete(SyncComplete.newBuilder().setTenants(updates().count()))
            .build());
    stream.onNext(SyncResponse.newBuilder().setLease(LEASE).build());
  }

  private synchronized void closed(StreamObserver<SyncResponse> stream) {
    streams.remove(stream);
  }

  /** Unless the tenant has been told something newer, or the instance has gone. */
  private synchronized void tellAgain(StreamObserver<SyncResponse> stream, String nonce) {
    if (streams.contains(stream)) {
      wanted.values().stream().filter(each -> nonce(each).equals(nonce)).forEach(stream::onNext);
    }
  }

  private static String nonce(SyncResponse message) {
    return message.hasUpdate() ? message.getUpdate().getNonce() : message.getRemoval().getNonce();
  }

  /** One instance's stream. */
  private final class Instance implements StreamObserver<SyncRequest> {
    private final StreamObserver<SyncResponse> responses;

    private Instance(StreamObserver<SyncResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(SyncRequest message) {
      if (message.hasHello() && message.getHello().getComplete()) {
        opened(responses);
      }
      if (message.hasAck()) {
        acknowledged.add(message.getAck().getNonce());
      }
      if (message.hasNack()) {
        refused.add(message.getNack());
        A_LITTLE_LATER.execute(() -> tellAgain(responses, message.getNack().getNonce()));
      }
      if (message.hasUsage()) {
        usage.put(message.getUsage().getTenantUid(), message.getUsage().getAmountsMap());
      }
    }

    @Override
    public void onError(Throwable error) {
      closed(responses);
    }

    @Override
    public void onCompleted() {
      closed(responses);
      responses.onCompleted();
    }
  }
}
