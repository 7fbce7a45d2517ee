package dev.kryonix.system;

import static dev.kryonix.system.platform.ServiceCalls.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.system.gateway.GatewayAddress;
import dev.kryonix.system.gateway.Grpc;
import dev.kryonix.system.platform.Median;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Replica;
import dev.kryonix.system.platform.ServiceCalls;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import dev.kryonix.system.story.Subscription;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two of every process: the second ones follow the second tenant-service. */
@OnPlatform
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReplicasIT {
  private static final List<String> SERVICES = List.of("messaging", "cache", "backup");
  private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(1);
  private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);
  private static final int TENANTS = 10;
  private static final int TIMES = 5;

  private final Platform platform;
  private final Deque<Replica> replicas = new ArrayDeque<>();
  private final Map<String, Replica> services = new HashMap<>();
  private GatewayAddress secondGateway;

  ReplicasIT(Platform platform) {
    this.platform = platform;
  }

  /** All at once, as they would be started: none waits for another. */
  @BeforeAll
  void start() {
    Map<String, String> addresses = new HashMap<>();
    Replica tenant = start("tenant", Map.of());
    addresses.put("KRYONIX_TENANT_ADDRESS", both("tenant", tenant));
    for (String service : SERVICES) {
      Replica replica = start(service, Map.of("KRYONIX_TENANT_ADDRESS", tenant.address()));
      services.put(service, replica);
      addresses.put(
          "KRYONIX_" + service.toUpperCase(Locale.ROOT) + "_ADDRESS", both(service, replica));
    }
    Replica gateway = start("gateway", addresses);
    secondGateway =
        new GatewayAddress(URI.create("http://127.0.0.1:" + gateway.httpPort()), gateway.address());
    replicas.forEach(Replica::awaitServing);
  }

  @AfterAll
  void stop() {
    replicas.forEach(Replica::end);
    replicas.forEach(Replica::close);
  }

  @Test
  void tenantsThatAreCreatedThroughBothGatewaysAtOnceAreMadeOnceAndServedByEveryProcess()
      throws Exception {
    String prefix = Platform.newTenantId();
    List<Operator> operators = List.of(platform.operator(), secondOperator());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> created = new ArrayList<>();
      for (int i = 0; i < TENANTS; i++) {
        Operator operator = operators.get(i % 2);
        String id = prefix + "_" + i;
        created.add(
            threads.submit(
                () -> {
                  operator.create(id, id);
                  return operator.awaitActive(id);
                }));
      }
      for (Future<Integer> each : created) {
        each.get();
      }
    }

    assertThat(platform.broker().vhosts(prefix)).hasSize(TENANTS);
    assertThat(platform.broker().users(prefix)).hasSize(TENANTS);
    List<Tenant> tenants = new ArrayList<>();
    for (int i = 0; i < TENANTS; i++) {
      tenants.add(operators.get((i + 1) % 2).get(prefix + "_" + i));
    }
    var first = platform.broker().objects(tenants.getFirst().getId(), tenants.getFirst().getUid());
    for (Tenant tenant : tenants) {
      assertThat(platform.broker().objects(tenant.getId(), tenant.getUid())).isEqualTo(first);
      try (ServiceCalls calls = callsToAll(tokenOf(tenant.getId()))) {
        calls.awaitEach(OK, HEALED_WITHIN);
      }
    }
  }

  @Test
  void aSuspensionAndItsEndCountAtEveryProcessWithinASecond() {
    TestTenant tenant = platform.newTenant();
    List<Duration> suspensions = new ArrayList<>();
    List<Duration> resumptions = new ArrayList<>();
    try (ServiceCalls calls = callsToAll(tenant.token())) {
      calls.awaitEach(OK, HEALED_WITHIN);
      for (int i = 0; i < TIMES; i++) {
        secondOperator().suspend(tenant.id());
        suspensions.add(calls.lastOther("TENANT_SUSPENDED", HEALED_WITHIN, System.nanoTime()));

        platform.operator().resume(tenant.id());
        resumptions.add(calls.lastOther(OK, HEALED_WITHIN, System.nanoTime()));
      }
    }
    assertThat(Median.of(suspensions)).as("%s", suspensions).isLessThan(EVERYWHERE_WITHIN);
    assertThat(Median.of(resumptions)).as("%s", resumptions).isLessThan(EVERYWHERE_WITHIN);
  }

  @Test
  void whatOneProcessTakesAnotherDelivers() throws Exception {
    TestTenant tenant = platform.newTenant();
    try (ServiceCalls calls = callsToAll(tenant.token());
        Grpc second = new Grpc(second("messaging").address())) {
      calls.awaitEach(OK, HEALED_WITHIN);
      try (Subscription subscription =
          Subscription.open(second.withToken(tenant.token()), "agendamento.*")) {
        String published =
            tenant.app().publish("agendamento", "calendar.sync", Map.of()).getMessageId();

        Delivery delivery = subscription.next(Duration.ofSeconds(20));
        assertThat(delivery.getMessage().getMessageId()).isEqualTo(published);
        assertThat(subscription.acknowledge(delivery))
            .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
      }
    }
  }

  @Test
  void
      whileOneTenantServiceIsDeadTheOtherMakesTenantsWhichTheServicesOfTheDeadOneLearnAfterwards() {
    platform.instance().kill("tenant");
    String id = Platform.newTenantId();
    Operator operator;
    try {
      // Its gateway finds at its own pace who is left.
      operator = await().ignoreExceptions().until(this::secondOperator, Objects::nonNull);
      operator.create(id, id);
      operator.awaitActive(id);
    } finally {
      platform.instance().launcher("up");
    }
    try (ServiceCalls calls = callsToAll(tokenOf(id))) {
      calls.awaitEach(OK, HEALED_WITHIN);
    }
  }

  private Replica start(String service, Map<String, String> settings) {
    Replica replica = Replica.start(platform, service, settings);
    replicas.push(replica);
    return replica;
  }

  private Replica second(String service) {
    return Objects.requireNonNull(services.get(service));
  }

  private String both(String service, Replica replica) {
    return platform.address(service) + "," + replica.address();
  }

  private Operator secondOperator() {
    return new Operator(secondGateway, platform.adminApiKey());
  }

  private String tokenOf(String tenant) {
    Operator operator = platform.operator();
    String key = operator.createApiKey(tenant, Operator.TENANT_SCOPES).getKey();
    return operator.token(key).getToken();
  }

  /** To both processes of each service. */
  private ServiceCalls callsToAll(String token) {
    ServiceCalls calls = new ServiceCalls();
    for (String service : SERVICES) {
      calls.add(service, service, platform.address(service), token);
      calls.add("second " + service, service, second(service).address(), token);
    }
    return calls;
  }
}
