package dev.kryonix.tenant.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.ActorKind;
import dev.kryonix.api.tenant.v1.AppendAuditEventRequest;
import dev.kryonix.api.tenant.v1.AuditEvent;
import dev.kryonix.api.tenant.v1.AuditServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.ListAuditEventsRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.VerifyAuditRequest;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other services are asked to do to a tenant is in its audit. */
final class AuditFromServicesIT {
  private static TenantProcess service;
  private static Caller admin;

  private Tenant tenant;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    service = TenantProcess.start(folder);
    admin = Caller.with(service.channel(), TenantProcess.ADMIN_KEY);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    service.stop();
  }

  @BeforeEach
  void createTenant() {
    String id = "audit_" + UUID.randomUUID().toString().substring(0, 8);
    tenant =
        admin
            .tenants()
            .createTenant(
                CreateTenantRequest.newBuilder()
                    .setTenantId(id)
                    .setTenant(Tenant.newBuilder().setDisplayName(id).setPlan("basic"))
                    .build())
            .getTenant();
  }

  @Test
  void anEventThatIsToldTwiceIsInTheChainOnce() {
    AppendAuditEventRequest request = event().build();

    asMessaging().appendAuditEvent(request);
    asMessaging().appendAuditEvent(request);
    asMessaging().appendAuditEvent(event().build());

    List<AuditEvent> told =
        events().stream().filter(each -> each.getAction().startsWith("Messaging")).toList();
    assertThat(told).hasSize(2);
    assertThat(told.getFirst().getActor()).isEqualTo("key_1");
    assertThat(told.getFirst().getActorKind()).isEqualTo(ActorKind.ACTOR_KIND_PLATFORM);
    assertThat(told.getFirst().getActingAs()).isTrue();
    assertThat(told.getFirst().getSource()).isEqualTo("192.0.2.7");
    assertThat(told.getFirst().getDetailsMap()).containsEntry("module", "crm");
    var check =
        admin
            .audit()
            .verifyAudit(VerifyAuditRequest.newBuilder().setTenant(tenant.getId()).build());
    assertThat(check.getIntact()).isTrue();
    assertThat(check.getEvents()).isEqualTo(events().size());
  }

  @Test
  void nobodyElseThanAServiceTells() {
    assertThat(Caller.refusal(() -> admin.audit().appendAuditEvent(event().build())).code())
        .isEqualTo(Code.PERMISSION_DENIED);
  }

  @Test
  void whatIsToldOfAnotherTenantOfTheSameIdIsRefused() {
    AppendAuditEventRequest wrong =
        event().setTenantUid(new TenantUid(UUID.randomUUID()).toBytes()).build();

    assertThat(Caller.refusal(() -> asMessaging().appendAuditEvent(wrong)).code())
        .isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void badFieldsAreRefused() {
    for (AppendAuditEventRequest.Builder bad :
        List.of(
            event().clearActor(),
            event().setAction("no action"),
            event().clearActorKind(),
            event().setEventId(ByteString.copyFromUtf8("short")),
            event().putDetails("long", "x".repeat(2000)))) {
      assertThat(Caller.refusal(() -> asMessaging().appendAuditEvent(bad.build())).code())
          .isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  private AuditServiceGrpc.AuditServiceBlockingStub asMessaging() {
    return AuditServiceGrpc.newBlockingStub(service.channel())
        .withCallCredentials(service.credentials("messaging"));
  }

  private List<AuditEvent> events() {
    return admin
        .audit()
        .listAuditEvents(ListAuditEventsRequest.newBuilder().setTenant(tenant.getId()).build())
        .getAuditEventsList();
  }

  private AppendAuditEventRequest.Builder event() {
    return AppendAuditEventRequest.newBuilder()
        .setEventId(new TenantUid(UUID.randomUUID()).toBytes())
        .setTenant(tenant.getId())
        .setTenantUid(TenantUid.parse(tenant.getUid()).toBytes())
        .setActor("key_1")
        .setActorKind(ActorKind.ACTOR_KIND_PLATFORM)
        .setActingAs(true)
        .setAction("MessagingService.DropDeadLetters")
        .setResource("tenants/" + tenant.getId() + "/deadLetters")
        .setSource("192.0.2.7")
        .putDetails("module", "crm");
  }
}
