package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.Broker;
import dev.kryonix.system.platform.Cohort;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.story.Operator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Several callers create tenants at the same moment. */
@OnPlatform
final class CreationRaceIT {
  private static final int CALLERS = 12;
  private static final Duration PROVISIONED_WITHIN = Duration.ofSeconds(60);

  private final Broker broker;
  private final Operator operator;
  private final Cohort cohort;

  CreationRaceIT(Platform platform) {
    broker = platform.broker();
    operator = platform.operator();
    cohort = new Cohort(platform);
  }

  @Test
  void ofCreationsOfOneIdAtOnceOneWinsAndTheOthersAreToldThatItExists() throws Exception {
    String id = Platform.newTenantId();
    String body =
        "{\"tenantId\": \"%s\", \"tenant\": {\"displayName\": \"X\", \"plan\": \"pro\"}}"
            .formatted(id);

    List<RestAnswer> answers = atOnce(() -> operator.rest().send("POST", "/v1/tenants", body));

    List<RestAnswer> won = answers.stream().filter(RestAnswer::isOk).toList();
    assertThat(won).hasSize(1);
    assertThat(answers)
        .filteredOn(answer -> !answer.isOk())
        .extracting(Refusal::of)
        .allSatisfy(
            refusal -> {
              assertThat(refusal.code()).isEqualTo(Code.ALREADY_EXISTS);
              assertThat(refusal.resource()).isEqualTo(id);
            });
    operator.awaitActive(id);
    assertThat(operator.get(id).getUid()).isEqualTo(tenant(won.getFirst()).getUid());
    assertThat(broker.vhosts(id)).containsExactly(id);
    assertThat(broker.users(id)).containsExactly(id);
  }

  @Test
  void equalCallsAtOnceUnderOneRequestIdMakeOneTenantAndGetOneAnswer() throws Exception {
    String requestId = UUID.randomUUID().toString();

    List<RestAnswer> answers = atOnce(() -> cohort.ask(requestId));

    assertThat(answers).allMatch(RestAnswer::isOk);
    assertThat(answers).extracting(CreationRaceIT::tenant).containsOnly(tenant(answers.getFirst()));
    assertThat(cohort.awaitActive(PROVISIONED_WITHIN))
        .singleElement()
        .extracting(Tenant::getUid)
        .isEqualTo(tenant(answers.getFirst()).getUid());
    assertThat(broker.vhosts(cohort.prefix())).hasSize(1);
  }

  @Test
  void oneRequestIdForTwoTenantsAtOnceMakesOneAndRefusesTheOther() throws Exception {
    String requestId = UUID.randomUUID().toString();
    List<String> ids = List.of(Platform.newTenantId(), Platform.newTenantId());
    List<String> left = new ArrayList<>(ids);

    List<RestAnswer> answers =
        atOnce(
            ids.size(),
            () -> {
              String id;
              synchronized (left) {
                id = left.removeFirst();
              }
              return operator
                  .rest()
                  .send(
                      "POST",
                      "/v1/tenants",
                      "{\"requestId\": \"%s\", \"tenantId\": \"%s\", \"tenant\": {\"displayName\": \"X\", \"plan\": \"pro\"}}"
                          .formatted(requestId, id));
            });

    assertThat(answers).filteredOn(RestAnswer::isOk).hasSize(1);
    assertThat(answers)
        .filteredOn(answer -> !answer.isOk())
        .extracting(answer -> Refusal.of(answer).reason())
        .containsExactly("REQUEST_ID_REUSED");
    assertThat(ids)
        .filteredOn(id -> operator.rest().get("/v1/tenants/" + id).status() == 404)
        .hasSize(1);
  }

  /** All take their id from the same name. */
  @Test
  void namesakesCreatedAtOnceAreAllCreatedUnderIdsOfTheirOwn() throws Exception {
    List<RestAnswer> answers = atOnce(() -> cohort.ask(UUID.randomUUID().toString()));

    assertThat(answers).allMatch(RestAnswer::isOk);
    assertThat(cohort.list()).extracting(Tenant::getId).doesNotHaveDuplicates().hasSize(CALLERS);
    assertThat(cohort.awaitActive(PROVISIONED_WITHIN)).hasSize(CALLERS);
  }

  private static Tenant tenant(RestAnswer answer) {
    return answer.as(Tenant.getDefaultInstance());
  }

  private static <T> List<T> atOnce(Supplier<T> call) throws Exception {
    return atOnce(CALLERS, call);
  }

  private static <T> List<T> atOnce(int callers, Supplier<T> call) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<T>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < callers; i++) {
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  return call.get();
                }));
      }
      start.countDown();
      List<T> results = new ArrayList<>();
      for (Future<T> each : running) {
        results.add(each.get());
      }
      return results;
    }
  }
}
