package dev.kryonix.messaging.history;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.ReceiveRequest;
import dev.kryonix.api.messaging.v1.ReceiveResponse;
import dev.kryonix.api.messaging.v1.ReplayRequest;
import dev.kryonix.api.messaging.v1.ReplayResponse;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Map;

/** The RPCs that read the history. */
@Singleton
public final class HistoryEndpoint {
  private final Histories histories;
  private final Republishing republishing;

  HistoryEndpoint(Histories histories, Republishing republishing) {
    this.histories = histories;
    this.republishing = republishing;
  }

  /** Shows what is published just now. */
  public void receive(
      Principal caller, ReceiveRequest request, StreamObserver<ReceiveResponse> responses) {
    TenantView tenant = histories.require(caller);
    Wanted wanted = histories.wanted(tenant, request.getSourcesList(), Map.of());
    LiveView view = new LiveView(histories, caller, wanted, request.getJsonPayloads());
    if (!request.getCursor().isEmpty()) {
      view.resumeAfter(Cursors.parse(request.getCursor()));
    }
    serve(tenant, responses, view::write);
  }

  /** Reads a part of the history. */
  public void replay(
      Principal caller, ReplayRequest request, StreamObserver<ReplayResponse> responses) {
    Replay replay = new Replay(histories, caller, request);
    serve(histories.require(caller), responses, writer -> replay.write(writer, republishing));
  }

  private <T> void serve(
      TenantView tenant, StreamObserver<T> responses, StreamWriter.Body<T> body) {
    Histories.Admission admission = histories.admit(tenant);
    StreamWriter.serve(
        responses,
        writer -> {
          try (admission) {
            body.write(writer);
          }
        });
  }

  static Instant instant(String field, Timestamp timestamp) {
    if (!Timestamps.isValid(timestamp)) {
      throw HistoryErrors.badTime(field);
    }
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }
}
