package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import dev.kryonix.api.backup.v1.ListBackupsResponse;
import dev.kryonix.api.tenant.v1.Erasure;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.PurgeTenantRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.system.platform.Broker;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import dev.kryonix.system.story.Subscription;
import dev.kryonix.system.story.TenantApp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A tenant is erased and another takes its id while services are away. */
@OnPlatform
final class SecondLifeIT {
  private static final String PATH = "crm/user_data/secret";
  private static final Duration HEALED_WITHIN = Duration.ofSeconds(60);

  private final Platform platform;
  private final Operator operator;

  SecondLifeIT(Platform platform) {
    this.platform = platform;
    operator = platform.operator();
  }

  @Test
  void theNewTenantSeesNothingOfTheOldOne() throws Exception {
    TestTenant first = platform.newTenant();
    String firstUid = operator.get(first.id()).getUid();
    first.app().cache(PATH, ByteString.copyFromUtf8("the first tenant's"));
    first.app().publish("agendamento", "calendar.sync", Map.of("of", "the first tenant"));
    String backup = first.app().startBackup().getBackup();
    first.app().awaitBackup(backup);

    platform.instance().kill("cache");
    platform.instance().kill("messaging");
    Tenant second;
    try {
      operator.delete(first.id());
      purge(first.id(), firstUid);
      second = operator.create(first.id(), "Outra Clínica");
      assertThat(second.getUid()).isNotEqualTo(firstUid);
      assertThat(operator.get(first.id()).getState())
          .isEqualTo(TenantState.TENANT_STATE_PROVISIONING);
    } finally {
      platform.instance().launcher("up");
    }

    operator.awaitActive(first.id());
    TenantApp app = newApp(first.id());
    // The gateway, too, finds the restarted services.
    for (String path : List.of("/v1/cache/" + PATH, "/v1/queues")) {
      await().atMost(HEALED_WITHIN).until(() -> app.rest().get(path).isOk());
    }
    assertThat(app.cached(PATH)).isEmpty();
    assertThat(
            app.rest()
                .get("/v1/backups")
                .as(ListBackupsResponse.getDefaultInstance())
                .getBackupsList())
        .isEmpty();
    try (Subscription subscription = Subscription.open(app.grpc(), "agendamento.calendar.sync")) {
      String own = app.publish("agendamento", "calendar.sync", Map.of()).getMessageId();
      // The queue is in order: anything of the first tenant's would come before.
      assertThat(subscription.next(Duration.ofSeconds(20)).getMessage().getMessageId())
          .isEqualTo(own);
    }
    assertNothingOfTheFirstOpensAnything(first);
    Broker broker = platform.broker();
    assertThat(broker.vhosts(first.id())).containsExactly(first.id());
    assertThat(broker.objects(first.id(), second.getUid()).toString()).doesNotContain(firstUid);
    await().atMost(HEALED_WITHIN).until(() -> purge(first.id(), firstUid).getFinished());
    assertThat(app.cached(PATH)).isEmpty();
    assertThat(operator.get(first.id()).getState()).isEqualTo(TenantState.TENANT_STATE_ACTIVE);
  }

  private void assertNothingOfTheFirstOpensAnything(TestTenant first) {
    Refusal token = Refusal.of(first.rest().get("/v1/cache/" + PATH));
    assertThat(token.code()).isIn(Code.PERMISSION_DENIED, Code.UNAUTHENTICATED);
    Refusal key =
        Refusal.of(
            platform
                .rest()
                .post(
                    "/v1/token", IssueTokenRequest.newBuilder().setApiKey(first.apiKey()).build()));
    assertThat(key.reason()).isEqualTo("API_KEY_INVALID");
  }

  private TenantApp newApp(String tenant) {
    String key = operator.createApiKey(tenant, Operator.TENANT_SCOPES).getKey();
    return platform.app(operator.token(key).getToken());
  }

  private Erasure purge(String tenant, String uid) {
    return operator
        .rest()
        .post(
            "/v1/tenants/" + tenant + ":purge",
            PurgeTenantRequest.newBuilder().setUid(uid).setSkipGrace(true).build())
        .as(Erasure.getDefaultInstance());
  }
}
