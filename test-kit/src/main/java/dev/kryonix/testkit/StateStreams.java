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
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The server's end of the state stream: says what tenants there are and hears what becomes of it.
 */
final class StateStreams extends StateServiceGrpc.StateServiceImplBase {
  /** Longer than any test takes: without a lease a service serves nobody. */
  private static final Lease LEASE =
      Lease.newBuilder().setDuration(Duration.newBuilder().setSeconds(3600)).build();

  private final List<DesiredTenant> tenants = new ArrayList<>();
  private final List<StreamObserver<SyncResponse>> streams = new ArrayList<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<Nack> refused = ConcurrentHashMap.newKeySet();
  private final Map<ByteString, Map<String, Long>> usage = new ConcurrentHashMap<>();

  @Override
  public StreamObserver<SyncRequest> sync(StreamObserver<SyncResponse> responses) {
    return new Stream(responses);
  }

  /** Tells of a tenant, new or changed; the nonce to await, or none when nobody listens. */
  synchronized List<String> show(DesiredTenant tenant) {
    tenants.removeIf(other -> other.getUid().equals(tenant.getUid()));
    tenants.add(tenant);
    streams.forEach(stream -> stream.onNext(update(tenant)));
    return streams.isEmpty() ? List.of() : List.of(nonce(tenant));
  }

  /** Tells that a tenant is to be removed, likewise. */
  synchronized List<String> remove(DesiredTenant tenant) {
    tenants.removeIf(other -> other.getUid().equals(tenant.getUid()));
    String nonce = "remove-" + tenant.getId();
    SyncResponse removal =
        SyncResponse.newBuilder()
            .setRemoval(
                TenantRemoval.newBuilder()
                    .setNonce(nonce)
                    .setTenantUid(tenant.getUid())
                    .setTenant(tenant.getId())
                    .setGeneration(tenant.getGeneration() + 1))
            .build();
    streams.forEach(stream -> stream.onNext(removal));
    return streams.isEmpty() ? List.of() : List.of(nonce);
  }

  synchronized List<DesiredTenant> all() {
    return List.copyOf(tenants);
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

  private synchronized void opened(StreamObserver<SyncResponse> stream) {
    streams.add(stream);
    tenants.forEach(tenant -> stream.onNext(update(tenant)));
    stream.onNext(
        SyncResponse.newBuilder()
            .setSyncComplete(SyncComplete.newBuilder().setTenants(tenants.size()))
            .build());
    stream.onNext(SyncResponse.newBuilder().setLease(LEASE).build());
  }

  private synchronized void closed(StreamObserver<SyncResponse> stream) {
    streams.remove(stream);
  }

  private static String nonce(DesiredTenant tenant) {
    return "update-" + tenant.getId() + "-" + tenant.getGeneration();
  }

  private static SyncResponse update(DesiredTenant tenant) {
    return SyncResponse.newBuilder()
        .setUpdate(TenantUpdate.newBuilder().setNonce(nonce(tenant)).setTenant(tenant))
        .build();
  }

  /** One instance's stream. */
  private final class Stream implements StreamObserver<SyncRequest> {
    private final StreamObserver<SyncResponse> responses;

    private Stream(StreamObserver<SyncResponse> responses) {
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
