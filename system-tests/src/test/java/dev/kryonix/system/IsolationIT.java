package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.BackupState;
import dev.kryonix.api.backup.v1.GetBackupRequest;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.api.backup.v1.ListBackupsResponse;
import dev.kryonix.api.backup.v1.RestoreSpec;
import dev.kryonix.api.backup.v1.StartRestoreRequest;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.tenant.v1.GetTenantRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Subscription;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What tenant A can learn or change of tenant B: nothing. */
@OnPlatform
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class IsolationIT {
  private final TestTenant a;
  private final TestTenant b;

  IsolationIT(Platform platform) {
    a = platform.newTenant();
    b = platform.newTenant();
  }

  @Test
  void aMessageReachesItsOwnTenantOnly() throws Exception {
    try (Subscription ofA = Subscription.open(a.grpc(), "agendamento.*");
        Subscription ofB = Subscription.open(b.grpc(), "agendamento.*")) {
      String published =
          b.app().publish("agendamento", "calendar.sync", Map.of("de", "B")).getMessageId();

      var delivery = ofB.next(Duration.ofSeconds(20));
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(published);
      ofB.acknowledge(delivery);
      assertThatThrownBy(() -> ofA.next(Duration.ofSeconds(2)))
          .isInstanceOf(TimeoutException.class);
    }
  }

  @Test
  void aCacheEntryIsItsOwnTenantsOnly() {
    String path = "crm/user_data/the-same-key";
    ByteString value = ByteString.copyFromUtf8("of B");
    b.app().cache(path, value);

    assertThat(a.app().cached(path)).isEmpty();
    assertThat(
            CacheServiceGrpc.newBlockingStub(a.grpc())
                .get(
                    GetRequest.newBuilder()
                        .setModule("crm")
                        .setType("user_data")
                        .setKey("the-same-key")
                        .build())
                .getHit())
        .isFalse();
    a.app().cache(path, ByteString.copyFromUtf8("of A"));
    a.app().uncache(path);
    assertThat(b.app().cached(path)).isEqualTo(Optional.of(value));
  }

  @Test
  void aBackupOfAnotherTenantIsLikeOneThatNeverWas() {
    String backup = b.app().startBackup().getBackup();
    assertThat(b.app().awaitBackup(backup).getState())
        .isEqualTo(BackupState.BACKUP_STATE_SUCCEEDED);

    Refusal overRest = Refusal.of(a.rest().get("/v1/backups/" + backup));
    assertThat(overRest.code()).isEqualTo(Code.NOT_FOUND);
    Refusal overGrpc =
        Refusal.ofCall(
            () ->
                BackupServiceGrpc.newBlockingStub(a.grpc())
                    .getBackup(GetBackupRequest.newBuilder().setBackup(backup).build()));
    assertThat(overGrpc).isEqualTo(overRest);
    Refusal restore =
        Refusal.of(
            a.rest()
                .post(
                    "/v1/restores",
                    StartRestoreRequest.newBuilder()
                        .setSpec(RestoreSpec.newBuilder().setBackup(backup))
                        .build()));
    assertThat(restore.code()).isEqualTo(Code.NOT_FOUND);
    assertThat(
            a.rest()
                .get("/v1/backups")
                .as(ListBackupsResponse.getDefaultInstance())
                .getBackupsList())
        .noneMatch(each -> each.getBackup().equals(backup));
    assertThat(
            BackupServiceGrpc.newBlockingStub(b.grpc())
                .listBackups(ListBackupsRequest.getDefaultInstance())
                .getBackupsList())
        .anyMatch(each -> each.getBackup().equals(backup));
  }

  @Test
  void theRecordOfAnotherTenantIsDenied() {
    Refusal overRest = Refusal.of(a.rest().get("/v1/tenants/" + b.id()));
    assertThat(overRest.code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(overRest.reason()).isEqualTo("TENANT_MISMATCH");
    Refusal overGrpc =
        Refusal.ofCall(
            () ->
                TenantServiceGrpc.newBlockingStub(a.grpc())
                    .getTenant(GetTenantRequest.newBuilder().setTenant(b.id()).build()));
    assertThat(overGrpc).isEqualTo(overRest);
    // A tenant that does not exist is denied in the same words, so that ids cannot be probed.
    assertThat(Refusal.of(a.rest().get("/v1/tenants/" + Platform.newTenantId())))
        .isEqualTo(overRest);
    assertThat(Refusal.of(a.rest().get("/v1/tenants/" + b.id() + "/apiKeys")).code())
        .isEqualTo(Code.PERMISSION_DENIED);
    assertThat(Refusal.of(a.rest().get("/v1/tenants/" + b.id() + ":watch")).code())
        .isEqualTo(Code.PERMISSION_DENIED);
    assertThat(Refusal.of(a.rest().get("/v1/tenants")).code()).isEqualTo(Code.PERMISSION_DENIED);
  }

  @Test
  void anotherTenantCannotBeChanged() {
    Tenant changed = Tenant.newBuilder().setDisplayName("taken over").build();

    assertThat(Refusal.of(a.rest().patch("/v1/tenants/" + b.id(), changed)).reason())
        .isEqualTo("TENANT_MISMATCH");

    assertThat(b.app().describe(b.id()).getDisplayName()).isNotEqualTo("taken over");
  }

  @Test
  void aTenantCannotActAsAnother() {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-kryonix-tenant", Metadata.ASCII_STRING_MARSHALLER), b.id());
    Channel asB =
        ClientInterceptors.intercept(a.grpc(), MetadataUtils.newAttachHeadersInterceptor(headers));

    Refusal refusal =
        Refusal.ofCall(
            () ->
                BackupServiceGrpc.newBlockingStub(asB)
                    .listBackups(ListBackupsRequest.getDefaultInstance()));

    assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(refusal.metadata()).containsEntry("scope", "platform.act-as");
  }
}
