package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.tenant.v1.ActorKind;
import dev.kryonix.api.tenant.v1.AuditEvent;
import dev.kryonix.api.tenant.v1.AuditServiceGrpc;
import dev.kryonix.api.tenant.v1.ListAuditEventsRequest;
import dev.kryonix.api.tenant.v1.VerifyAuditRequest;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.TestTenant;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A platform engineer who acts in a tenant leaves a trace there, whichever service serves. */
@OnPlatform
final class ActingAsIT {
  @Test
  void whatAnEngineerDoesInATenantIsInItsAuditOncePerTokenAndRpc(Platform platform) {
    TestTenant tenant = platform.newTenant();
    String token = platform.operator().token(platform.adminApiKey()).getToken();
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-kryonix-tenant", Metadata.ASCII_STRING_MARSHALLER), tenant.id());
    Channel acting =
        ClientInterceptors.intercept(
            platform.grpc().withToken(token), MetadataUtils.newAttachHeadersInterceptor(headers));

    for (int i = 0; i < 3; i++) {
      CacheServiceGrpc.newBlockingStub(acting)
          .get(GetRequest.newBuilder().setModule("crm").setType("temp").setKey("k").build());
    }
    MessagingServiceGrpc.newBlockingStub(acting)
        .publish(PublishRequest.newBuilder().setModule("crm").setOperation("leads.create").build());
    CacheServiceGrpc.newBlockingStub(tenant.grpc())
        .get(GetRequest.newBuilder().setModule("crm").setType("temp").setKey("k").build());

    var audit = AuditServiceGrpc.newBlockingStub(platform.grpc().withToken(token));
    List<AuditEvent> events =
        audit
            .listAuditEvents(
                ListAuditEventsRequest.newBuilder()
                    .setTenant(tenant.id())
                    .setPageSize(1000)
                    .build())
            .getAuditEventsList()
            .stream()
            .filter(AuditEvent::getActingAs)
            .toList();
    assertThat(events)
        .extracting(AuditEvent::getAction)
        .containsExactly("CacheService.Get", "MessagingService.Publish");
    assertThat(events)
        .allMatch(event -> event.getActorKind() == ActorKind.ACTOR_KIND_PLATFORM)
        .allMatch(event -> event.getSource().equals("127.0.0.1"));
    assertThat(
            audit
                .verifyAudit(VerifyAuditRequest.newBuilder().setTenant(tenant.id()).build())
                .getIntact())
        .isTrue();
  }
}
