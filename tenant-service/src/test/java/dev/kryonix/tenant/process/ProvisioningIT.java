package dev.kryonix.tenant.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.tenant.v1.Condition;
import dev.kryonix.api.tenant.v1.ConditionStatus;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.ResumeTenantRequest;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.SuspendTenantRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.WatchTenantRequest;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.Context;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How a tenant comes to be, and how services learn of what changes. */
final class ProvisioningIT extends OnTenantService {
  private static final int TIMES = 5;

  @Test
  void aTenantIsActiveWhenAllThreeServicesHaveAckedItsFirstGeneration() {
    String id = newId();
    messaging().refuse(id);

    Tenant created = create(id);

    assertThat(created.getState()).isEqualTo(TenantState.TENANT_STATE_PROVISIONING);
    assertThat(created.getLimits().getMessaging().getQueues()).isEqualTo(200);
    await()
        .untilAsserted(
            () -> {
              Condition condition = condition(id, "messaging");
              assertThat(condition.getStatus()).isEqualTo(ConditionStatus.CONDITION_STATUS_FALSE);
              assertThat(condition.getReason()).isEqualTo("BrokerUnavailable");
              assertThat(condition.getStep()).isEqualTo("vhost");
              assertThat(condition.getMessage()).isEqualTo("connection refused");
              assertThat(condition.hasNextRetryTime()).isTrue();
              assertThat(condition(id, "cache").getStatus())
                  .isEqualTo(ConditionStatus.CONDITION_STATUS_TRUE);
            });
    assertThat(get(id).getState()).isEqualTo(TenantState.TENANT_STATE_PROVISIONING);

    messaging().accept(id);

    awaitState(id, TenantState.TENANT_STATE_ACTIVE);
    assertThat(get(id).getConditionsList())
        .extracting(Condition::getStatus)
        .containsOnly(ConditionStatus.CONDITION_STATUS_TRUE);
  }

  @Test
  void theSecretsOfTheDesiredStateOpenUnderThePlatformKeyOnly() {
    String id = newId();
    createActive(id);
    DesiredTenant desired = messaging().desired(id).orElseThrow();
    TenantUid uid = TenantUid.fromBytes(desired.getUid());
    SecretBox box =
        new SecretBox(MasterKey.read(service().keys().resolve("master.key")), new SecureRandom());

    assertThat(box.open(secret(desired, "tenant-key"), uid)).hasSize(32);
    assertThat(box.open(secret(desired, "broker-password"), uid)).hasSizeGreaterThanOrEqualTo(24);
    assertThatThrownBy(
            () -> box.open(secret(desired, "tenant-key"), new TenantUid(UUID.randomUUID())))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void aWatcherSeesTheStepsAndTheStatesInOrder() throws Exception {
    String id = newId();
    messaging().refuse(id);
    create(id);
    Context.CancellableContext watching = Context.current().withCancellation();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<WatchTenantResponse> events = new java.util.concurrent.CopyOnWriteArrayList<>();
      Future<?> watch =
          executor.submit(
              watching.wrap(
                  (Callable<Boolean>)
                      () -> {
                        Iterator<WatchTenantResponse> stream =
                            admin()
                                .tenants()
                                .watchTenant(WatchTenantRequest.newBuilder().setTenant(id).build());
                        while (stream.hasNext()) {
                          events.add(stream.next());
                        }
                        return true;
                      }));
      await().until(() -> !events.isEmpty());
      assertThat(events.getFirst().getTenant().getState())
          .isEqualTo(TenantState.TENANT_STATE_PROVISIONING);

      messaging().accept(id);

      await()
          .until(
              () ->
                  events.stream()
                      .anyMatch(
                          each -> each.getTenant().getState() == TenantState.TENANT_STATE_ACTIVE));
      assertThat(events)
          .anyMatch(each -> each.getStep().getStep().equals("vhost"))
          .anyMatch(
              each ->
                  each.getCondition().getType().equals("messaging")
                      && each.getCondition().getStatus() == ConditionStatus.CONDITION_STATUS_TRUE);
      watching.cancel(null);
      assertThatThrownBy(watch::get).hasMessageContaining("CANCELLED");
    }
  }

  @Test
  void aSuspensionReachesEveryServiceWithinASecond() {
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      String id = newId();
      createActive(id);
      long began = System.nanoTime();

      admin()
          .tenants()
          .suspendTenant(SuspendTenantRequest.newBuilder().setTenant(id).setReason("test").build());

      for (ScriptedService each : services()) {
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(5))
            .until(
                () ->
                    each.desired(id)
                        .filter(
                            tenant -> tenant.getServing() == ServingState.SERVING_STATE_SUSPENDED)
                        .isPresent());
      }
      times.add(Duration.ofNanos(System.nanoTime() - began));
      assertThat(
              admin()
                  .tenants()
                  .resumeTenant(ResumeTenantRequest.newBuilder().setTenant(id).build())
                  .getTenant()
                  .getState())
          .isEqualTo(TenantState.TENANT_STATE_ACTIVE);
    }
    assertThat(Median.of(times)).as("%s", times).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void aServiceThatComesBackGetsOnlyWhatHasChanged() {
    String changed = newId();
    createActive(changed);
    createActive(newId());
    try (ScriptedService gateway = new ScriptedService(service(), "gateway")) {
      gateway.connect();
      await().until(gateway::isOpened);
      await().until(gateway::hasLease);
      assertThat(gateway.desired(changed)).isPresent();
      gateway.disconnect();
      update(changed, "", Tenant.newBuilder().setPlan("enterprise"), "plan");

      gateway.connect();

      await().until(gateway::isOpened);
      assertThat(gateway.received())
          .extracting(DesiredTenant::getId)
          .contains(changed)
          .hasSizeLessThanOrEqualTo(2);
      assertThat(gateway.desired(changed).orElseThrow().getLimits().getMessaging().getQueues())
          .isEqualTo(500);
    }
  }

  @Test
  void aStreamOfAnotherServicesNameIsRefused() {
    try (ScriptedService impostor = new ScriptedService(service(), "gateway", "messaging")) {
      impostor.connect();

      await().until(impostor::isEnded);
      assertThat(impostor.received()).isEmpty();
    }
  }

  private Condition condition(String id, String type) {
    return get(id).getConditionsList().stream()
        .filter(each -> each.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }

  private static SealedSecret secret(DesiredTenant tenant, String purpose) {
    return tenant.getSecretsList().stream()
        .filter(each -> each.getPurpose().equals(purpose))
        .findFirst()
        .orElseThrow();
  }
}
