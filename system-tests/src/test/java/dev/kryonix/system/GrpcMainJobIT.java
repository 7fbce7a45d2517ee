package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.BackupState;
import dev.kryonix.api.backup.v1.RestoreServiceGrpc;
import dev.kryonix.api.backup.v1.RestoreSpec;
import dev.kryonix.api.backup.v1.RestoreState;
import dev.kryonix.api.backup.v1.StartBackupRequest;
import dev.kryonix.api.backup.v1.StartRestoreRequest;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc.AccessServiceBlockingStub;
import dev.kryonix.api.tenant.v1.CreateApiKeyRequest;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc.TenantServiceBlockingStub;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.WatchTenantRequest;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.story.Operator;
import dev.kryonix.system.story.Subscription;
import dev.kryonix.system.story.TenantApp;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The same as the demonstration, by generated stubs alone. */
@OnPlatform
final class GrpcMainJobIT {
  private final Platform platform;
  private final AccessServiceBlockingStub strangers;

  GrpcMainJobIT(Platform platform) {
    this.platform = platform;
    this.strangers = AccessServiceGrpc.newBlockingStub(platform.grpc().channel());
  }

  @Test
  void aTenantIsProvisionedByStubsAlone() {
    String id = createActiveTenant();

    assertThat(token(id).getClass()).isNotNull();
  }

  @Test
  void aMessageIsPublishedAndReceivedByStubsAlone() throws Exception {
    Channel tenant = token(createActiveTenant());
    ByteString content = ByteString.copyFromUtf8("não é JSON");

    var published =
        MessagingServiceGrpc.newBlockingStub(tenant)
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .publish(
                PublishRequest.newBuilder()
                    .setModule("agendamento")
                    .setOperation("lembretes.send")
                    .setData(content)
                    .setContentType("text/plain")
                    .build());

    assertThat(published.getQueue()).isEqualTo("agendamento.reminders.send");
    try (Subscription subscription = Subscription.open(tenant, "agendamento.reminders.send")) {
      Delivery delivery = subscription.next(Duration.ofSeconds(20));
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(published.getMessageId());
      assertThat(delivery.getMessage().getData()).isEqualTo(content);
      assertThat(delivery.getMessage().getContentType()).isEqualTo("text/plain");
      assertThat(subscription.acknowledge(delivery))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
  }

  @Test
  void aCachedValueComesBackFromABackupByStubsAlone() {
    Channel tenant = token(createActiveTenant());
    CacheServiceBlockingStub cache =
        CacheServiceGrpc.newBlockingStub(tenant).withDeadlineAfter(60, TimeUnit.SECONDS);
    SetRequest entry =
        SetRequest.newBuilder()
            .setModule("crm")
            .setType("config")
            .setKey("a/b c:ç")
            .setValue(ByteString.copyFrom(new byte[] {0, 1, (byte) 0xff}))
            .build();
    GetRequest get =
        GetRequest.newBuilder().setModule("crm").setType("config").setKey(entry.getKey()).build();
    var written = cache.set(entry);
    assertThat(cache.get(get).getMetadata().getEtag()).isEqualTo(written.getMetadata().getEtag());

    TenantApp app = new TenantApp(platform.rest(), tenant);
    String backup =
        BackupServiceGrpc.newBlockingStub(tenant)
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .startBackup(StartBackupRequest.getDefaultInstance())
            .getBackup()
            .getBackup();
    assertThat(app.awaitBackup(backup).getState()).isEqualTo(BackupState.BACKUP_STATE_SUCCEEDED);
    cache.delete(
        DeleteRequest.newBuilder()
            .setModule("crm")
            .setType("config")
            .setKey(entry.getKey())
            .build());
    assertThat(cache.get(get).getHit()).isFalse();
    String restore =
        RestoreServiceGrpc.newBlockingStub(tenant)
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .startRestore(
                StartRestoreRequest.newBuilder()
                    .setSpec(RestoreSpec.newBuilder().setBackup(backup))
                    .build())
            .getRestore()
            .getRestore();
    assertThat(app.awaitRestore(restore).getState())
        .isEqualTo(RestoreState.RESTORE_STATE_SUCCEEDED);

    GetResponse restored = cache.get(get);
    assertThat(restored.getHit()).isTrue();
    assertThat(restored.getValue()).isEqualTo(entry.getValue());
  }

  private String createActiveTenant() {
    TenantServiceBlockingStub tenants =
        TenantServiceGrpc.newBlockingStub(
                platform
                    .grpc()
                    .withToken(
                        strangers
                            .issueToken(
                                IssueTokenRequest.newBuilder()
                                    .setApiKey(platform.adminApiKey())
                                    .build())
                            .getToken()))
            .withDeadlineAfter(60, TimeUnit.SECONDS);
    String id = Platform.newTenantId();
    Tenant created =
        tenants
            .createTenant(
                CreateTenantRequest.newBuilder()
                    .setTenantId(id)
                    .setTenant(
                        Tenant.newBuilder()
                            .setDisplayName("Clínica por gRPC")
                            .setPlan("enterprise"))
                    .build())
            .getTenant();
    assertThat(created.getState()).isEqualTo(TenantState.TENANT_STATE_PROVISIONING);
    assertThat(created.getModulesList()).containsExactlyElementsOf(Operator.MODULES);
    Iterator<WatchTenantResponse> events =
        tenants.watchTenant(WatchTenantRequest.newBuilder().setTenant(id).build());
    while (events.next().getTenant().getState() != TenantState.TENANT_STATE_ACTIVE) {
      // The steps on the way are the services' own affair.
    }
    return id;
  }

  private Channel token(String tenant) {
    String admin =
        strangers
            .issueToken(IssueTokenRequest.newBuilder().setApiKey(platform.adminApiKey()).build())
            .getToken();
    String key =
        AccessServiceGrpc.newBlockingStub(platform.grpc().withToken(admin))
            .createApiKey(
                CreateApiKeyRequest.newBuilder()
                    .setTenant(tenant)
                    .setDisplayName("teste")
                    .addAllScopes(Operator.TENANT_SCOPES)
                    .build())
            .getKey();
    var token = strangers.issueToken(IssueTokenRequest.newBuilder().setApiKey(key).build());
    assertThat(token.getTenant()).isEqualTo(tenant);
    return platform.grpc().withToken(token.getToken());
  }
}
