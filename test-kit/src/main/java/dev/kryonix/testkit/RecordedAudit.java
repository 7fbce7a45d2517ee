package dev.kryonix.testkit;

import dev.kryonix.api.tenant.v1.AppendAuditEventRequest;
import dev.kryonix.api.tenant.v1.AppendAuditEventResponse;
import dev.kryonix.api.tenant.v1.AuditServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes what the service tells of to the audit. */
final class RecordedAudit extends AuditServiceGrpc.AuditServiceImplBase {
  private final List<AppendAuditEventRequest> events = new CopyOnWriteArrayList<>();

  @Override
  public void appendAuditEvent(
      AppendAuditEventRequest request, StreamObserver<AppendAuditEventResponse> responses) {
    events.add(request);
    responses.onNext(AppendAuditEventResponse.getDefaultInstance());
    responses.onCompleted();
  }

  List<AppendAuditEventRequest> of(String tenant) {
    return events.stream().filter(event -> event.getTenant().equals(tenant)).toList();
  }
}
