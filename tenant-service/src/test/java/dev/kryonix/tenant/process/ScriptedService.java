package dev.kryonix.tenant.process;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.tenant.v1.Ack;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.Nack;
import dev.kryonix.api.tenant.v1.Progress;
import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.api.tenant.v1.StepState;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.TenantRemoval;
import dev.kryonix.api.tenant.v1.TenantUpdate;
import dev.kryonix.api.tenant.v1.UsageReport;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The client end of the state stream with a service's token, that answers as a test says. */
final class ScriptedService implements AutoCloseable {
  private final TenantProcess server;
  private final String name;
  private final String claimed;
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final Map<ByteString, Long> applied = new ConcurrentHashMap<>();
  private final List<DesiredTenant> received = new CopyOnWriteArrayList<>();
  private final List<SyncResponse.MessageCase> messages = new CopyOnWriteArrayList<>();
  private volatile @Nullable StreamObserver<SyncRequest> stream;
  private volatile boolean ended;

  ScriptedService(TenantProcess server, String name) {
    this(server, name, name);
  }

  /** A service that has one name in its token and says another. */
  ScriptedService(TenantProcess server, String name, String claimed) {
    this.server = server;
    this.name = name;
    this.claimed = claimed;
  }

  /** Answers every update of the tenant with a NACK until {@link #accept}. */
  void refuse(String tenant) {
    refused.add(tenant);
  }

  void accept(String tenant) {
    refused.remove(tenant);
  }

  /** Opens a stream, saying what was applied before. */
  void connect() {
    received.clear();
    messages.clear();
    ended = false;
    Inbox inbox = new Inbox();
    StreamObserver<SyncRequest> requests =
        StateServiceGrpc.newStub(server.channel())
            .withCallCredentials(server.credentials(name))
            .sync(inbox);
    inbox.requests = requests;
    stream = requests;
    Hello.Builder hello =
        Hello.newBuilder().setService(claimed).setInstance(name + "-1").setComplete(true);
    ByteString uids = ByteString.EMPTY;
    for (Map.Entry<ByteString, Long> each : applied.entrySet()) {
      uids = uids.concat(each.getKey());
      hello.addKnownGenerations(each.getValue());
    }
    requests.onNext(SyncRequest.newBuilder().setHello(hello.setKnownUids(uids)).build());
  }

  /** The newest desired state of the tenant on this stream. */
  Optional<DesiredTenant> desired(String tenant) {
    return received.reversed().stream().filter(each -> each.getId().equals(tenant)).findFirst();
  }

  /** The updates received on this stream. */
  List<DesiredTenant> received() {
    return received;
  }

  boolean isOpened() {
    return messages.contains(SyncResponse.MessageCase.SYNC_COMPLETE);
  }

  boolean hasLease() {
    return messages.contains(SyncResponse.MessageCase.LEASE);
  }

  boolean isEnded() {
    return ended;
  }

  @Override
  public void close() {
    disconnect();
  }

  /** Reports what the tenant uses. */
  void reportUsage(ByteString uid, Map<String, Long> amounts) {
    StreamObserver<SyncRequest> open = stream;
    if (open != null) {
      Instant now = Instant.now();
      open.onNext(
          SyncRequest.newBuilder()
              .setUsage(
                  UsageReport.newBuilder()
                      .setTenantUid(uid)
                      .setMeasureTime(
                          Timestamp.newBuilder()
                              .setSeconds(now.getEpochSecond())
                              .setNanos(now.getNano()))
                      .putAllAmounts(amounts))
              .build());
    }
  }

  /** Ends the stream; what was applied is kept for the next. */
  void disconnect() {
    StreamObserver<SyncRequest> open = stream;
    if (open != null && !ended) {
      open.onCompleted();
    }
    stream = null;
  }

  private final class Inbox implements StreamObserver<SyncResponse> {
    private volatile @Nullable StreamObserver<SyncRequest> requests;

    @Override
    public synchronized void onNext(SyncResponse response) {
      messages.add(response.getMessageCase());
      if (response.hasUpdate()) {
        answer(response.getUpdate());
      }
      if (response.hasRemoval()) {
        answer(response.getRemoval());
      }
    }

    @Override
    public void onError(Throwable error) {
      ended = true;
    }

    @Override
    public void onCompleted() {
      ended = true;
    }

    private void answer(TenantUpdate update) {
      DesiredTenant tenant = update.getTenant();
      String nonce = update.getNonce();
      received.add(tenant);
      send(
          SyncRequest.newBuilder()
              .setProgress(
                  Progress.newBuilder()
                      .setNonce(nonce)
                      .setStep("vhost")
                      .setState(StepState.STEP_STATE_STARTED))
              .build());
      if (refused.contains(tenant.getId())) {
        send(
            SyncRequest.newBuilder()
                .setNack(
                    Nack.newBuilder()
                        .setNonce(nonce)
                        .setStep("vhost")
                        .setReason("BrokerUnavailable")
                        .setDetail("connection refused"))
                .build());
      } else {
        applied.put(tenant.getUid(), tenant.getGeneration());
        send(SyncRequest.newBuilder().setAck(Ack.newBuilder().setNonce(nonce)).build());
      }
    }

    private void answer(TenantRemoval removal) {
      String nonce = removal.getNonce();
      if (refused.contains(removal.getTenant())) {
        send(
            SyncRequest.newBuilder()
                .setNack(
                    Nack.newBuilder()
                        .setNonce(nonce)
                        .setStep("census")
                        .setReason("NotErased")
                        .setDetail("after the removal there is still {things=1}"))
                .build());
        return;
      }
      boolean had = applied.remove(removal.getTenantUid()) != null;
      send(
          SyncRequest.newBuilder()
              .setProgress(
                  Progress.newBuilder()
                      .setNonce(nonce)
                      .setStep("count")
                      .setState(StepState.STEP_STATE_DONE)
                      .putCounts(name + ".things", had ? 3 : 0))
              .build());
      send(
          SyncRequest.newBuilder()
              .setAck(Ack.newBuilder().setNonce(nonce).putCounts(name + ".things", 0))
              .build());
    }

    private void send(SyncRequest request) {
      StreamObserver<SyncRequest> open = requests;
      if (open != null && !ended) {
        open.onNext(request);
      }
    }
  }
}
