package dev.kryonix.tenant.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.tenant.v1.ActorKind;
import dev.kryonix.api.tenant.v1.AppendAuditEventRequest;
import dev.kryonix.api.tenant.v1.AppendAuditEventResponse;
import dev.kryonix.api.tenant.v1.AuditServiceGrpc;
import dev.kryonix.api.tenant.v1.ListAuditEventsRequest;
import dev.kryonix.api.tenant.v1.ListAuditEventsResponse;
import dev.kryonix.api.tenant.v1.VerifyAuditRequest;
import dev.kryonix.api.tenant.v1.VerifyAuditResponse;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.tenant.audit.AuditTrail.Filter;
import dev.kryonix.tenant.audit.AuditTrail.Owner;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;

/** AuditService on the wire. */
@Singleton
final class AuditEndpoint extends AuditServiceGrpc.AuditServiceImplBase {
  private final AuditReading reading;
  private final AuditWriting writing;
  private final InstantSource clock;

  AuditEndpoint(AuditReading reading, AuditWriting writing, InstantSource clock) {
    this.reading = reading;
    this.writing = writing;
    this.clock = clock;
  }

  @Override
  public void listAuditEvents(
      ListAuditEventsRequest request, StreamObserver<ListAuditEventsResponse> responses) {
    Filter filter =
        new Filter(
            request.hasStartTime() ? instant(request.getStartTime()) : Filter.FIRST,
            request.hasEndTime() ? instant(request.getEndTime()) : Filter.LAST,
            request.getAction());
    AuditReading.Page page =
        reading.list(
            new AuditReading.Subject(new TenantId(request.getTenant()), Callers.current()),
            filter,
            PageTokens.size(request.getPageSize()),
            request.getPageToken());
    responses.onNext(
        ListAuditEventsResponse.newBuilder()
            .addAllAuditEvents(page.links().stream().map(AuditEndpoint::message).toList())
            .setNextPageToken(page.nextToken())
            .build());
    responses.onCompleted();
  }

  @Override
  public void verifyAudit(
      VerifyAuditRequest request, StreamObserver<VerifyAuditResponse> responses) {
    AuditCheck check =
        reading.verify(
            new AuditReading.Subject(new TenantId(request.getTenant()), Callers.current()));
    responses.onNext(
        VerifyAuditResponse.newBuilder()
            .setIntact(check.isIntact())
            .setEvents(check.events())
            .setFirstBrokenSequence(check.firstBroken())
            .setFinding(check.finding())
            .setHeadHash(ByteString.copyFrom(check.head()))
            .build());
    responses.onCompleted();
  }

  @Override
  public void appendAuditEvent(
      AppendAuditEventRequest request, StreamObserver<AppendAuditEventResponse> responses) {
    Actor actor =
        new Actor(
            request.getActor(),
            kind(request.getActorKind()),
            request.getActingAs(),
            request.getSource(),
            request.getRequestId());
    ByteBuffer eventId = request.getEventId().asReadOnlyByteBuffer();
    writing.append(
        new Owner(new TenantId(request.getTenant()), TenantUid.fromBytes(request.getTenantUid())),
        AuditEvent.of(
            clock.instant(),
            actor,
            request.getAction(),
            request.getResource(),
            request.getDetailsMap()),
        new UUID(eventId.getLong(), eventId.getLong()));
    responses.onNext(AppendAuditEventResponse.getDefaultInstance());
    responses.onCompleted();
  }

  private static Principal.Kind kind(ActorKind kind) {
    return switch (kind) {
      case ACTOR_KIND_TENANT -> Principal.Kind.TENANT;
      case ACTOR_KIND_PLATFORM -> Principal.Kind.PLATFORM;
      case ACTOR_KIND_SERVICE, ACTOR_KIND_UNSPECIFIED, UNRECOGNIZED -> Principal.Kind.SERVICE;
    };
  }

  private static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  private static dev.kryonix.api.tenant.v1.AuditEvent message(AuditLink link) {
    AuditEvent event = link.event();
    return dev.kryonix.api.tenant.v1.AuditEvent.newBuilder()
        .setSequence(link.sequence())
        .setEventTime(timestamp(event.time()))
        .setActor(event.actor().subject())
        .setActorKind(kind(event.actor().kind()))
        .setActingAs(event.actor().actingAs())
        .setAction(event.action())
        .setResource(event.resource())
        .setSource(event.actor().source())
        .setRequestId(event.actor().requestId())
        .putAllDetails(event.details())
        .setPreviousHash(ByteString.copyFrom(link.previousHash()))
        .setHash(ByteString.copyFrom(link.hash()))
        .build();
  }

  private static ActorKind kind(Principal.Kind kind) {
    return switch (kind) {
      case TENANT -> ActorKind.ACTOR_KIND_TENANT;
      case PLATFORM -> ActorKind.ACTOR_KIND_PLATFORM;
      case SERVICE -> ActorKind.ACTOR_KIND_SERVICE;
    };
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
