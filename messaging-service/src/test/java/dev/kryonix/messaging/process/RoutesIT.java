package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.Lane;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.Route;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.testkit.check.Crew;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Which way messages take, compared with the catalogue as it is written. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RoutesIT {
  private static final String QUEUE = "crm.leads.create";
  private static final int FEWEST_PUBLISHED = 50;
  private static final int MOST_PUBLISHED = 500;

  private final Messaging messaging;
  private final Map<String, Map<String, Object>> modules;

  /** Has all modules, and room for the queues of all operations. */
  private final DesiredTenant tenant;

  RoutesIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging = new Messaging(folder);
    modules = modulesAsWritten();
    tenant =
        messaging
            .tenants()
            .change(
                messaging.newTenant(),
                changed ->
                    changed
                        .clearModules()
                        .addAllModules(modules.keySet())
                        .getLimitsBuilder()
                        .getMessagingBuilder()
                        .setQueues(500));
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void everyOperationAndAliasGoesToItsQueueInTheLaneOfItsPriority() throws Exception {
    for (Map.Entry<String, Map<String, Object>> module : modules.entrySet()) {
      for (Map.Entry<String, List<Object>> operation : operations(module.getValue()).entrySet()) {
        List<Object> written = operation.getValue();
        List<String> names = new ArrayList<>(List.of(operation.getKey()));
        written.stream().skip(2).map(String::valueOf).forEach(names::add);
        int priority = (int) written.getFirst();
        for (String name : names) {
          PublishResponse answer =
              publish(module.getKey(), name, Route.ROUTE_UNSPECIFIED, Map.of());

          assertThat(answer.getQueue()).isEqualTo(module.getKey() + "." + operation.getKey());
          assertThat(answer.getLane())
              .as("%s.%s", module.getKey(), name)
              .isEqualTo(
                  priority >= 8
                      ? Lane.LANE_HIGH
                      : priority >= 5 ? Lane.LANE_NORMAL : Lane.LANE_LOW);
          boolean critical =
              is(module.getValue(), "smart_routing")
                  && is(module.getValue(), "business_critical")
                  && priority >= 8;
          assertThat(answer.getRoute())
              .isEqualTo(critical ? Route.ROUTE_BUSINESS_CRITICAL : Route.ROUTE_STANDARD);
        }
      }
    }
  }

  @Test
  void routesAreThoseOfTheModuleAndOthersAreRefused() throws Exception {
    for (Map.Entry<String, Map<String, Object>> module : modules.entrySet()) {
      Map<Route, Boolean> allowed =
          Map.of(
              Route.ROUTE_STANDARD, true,
              Route.ROUTE_MOBILE_PRIORITY, is(module.getValue(), "mobile_priority"),
              Route.ROUTE_BUSINESS_CRITICAL, is(module.getValue(), "business_critical"),
              Route.ROUTE_AUTOMATION, is(module.getValue(), "smart_routing"));
      String operation = operations(module.getValue()).keySet().iterator().next();
      for (Map.Entry<Route, Boolean> route : allowed.entrySet()) {
        if (route.getValue()) {
          assertThat(publish(module.getKey(), operation, route.getKey(), Map.of()).getRoute())
              .isEqualTo(route.getKey());
        } else {
          assertRefused(
              () -> publish(module.getKey(), operation, route.getKey(), Map.of()),
              Code.INVALID_ARGUMENT,
              "INVALID_FIELD");
        }
      }
      boolean mobile =
          is(module.getValue(), "smart_routing") && is(module.getValue(), "mobile_priority");
      int priority = (int) required(operations(module.getValue()).get(operation)).getFirst();
      boolean critical =
          is(module.getValue(), "smart_routing")
              && is(module.getValue(), "business_critical")
              && priority >= 8;
      assertThat(
              publish(
                      module.getKey(),
                      operation,
                      Route.ROUTE_UNSPECIFIED,
                      Map.of("device", "mobile"))
                  .getRoute())
          .as(module.getKey())
          .isEqualTo(
              critical
                  ? Route.ROUTE_BUSINESS_CRITICAL
                  : mobile ? Route.ROUTE_MOBILE_PRIORITY : Route.ROUTE_STANDARD);
    }
  }

  @Test
  void mobileGoesOneLaneUpAndBusinessCriticalToTheHighLane() throws Exception {
    DesiredTenant own = messaging.newTenant();
    assertThat(lane(own, Route.ROUTE_MOBILE_PRIORITY, 2)).isEqualTo(Lane.LANE_NORMAL);
    assertThat(lane(own, Route.ROUTE_MOBILE_PRIORITY, 5)).isEqualTo(Lane.LANE_HIGH);
    assertThat(lane(own, Route.ROUTE_MOBILE_PRIORITY, 10)).isEqualTo(Lane.LANE_HIGH);
    assertThat(lane(own, Route.ROUTE_BUSINESS_CRITICAL, 1)).isEqualTo(Lane.LANE_HIGH);
    assertThat(messaging.ready(own, "crm.leads.create")).isEqualTo(1);
    assertThat(messaging.ready(own, "crm.leads.create.high")).isEqualTo(3);

    // A queue deleted by hand comes back bound to the route that a message takes.
    Messaging.management()
        .delete(ManagementApi.path("queues", Messaging.vhost(own), "crm.leads.create.high"));
    assertThat(lane(own, Route.ROUTE_BUSINESS_CRITICAL, 1)).isEqualTo(Lane.LANE_HIGH);
    assertThat(messaging.ready(own, "crm.leads.create.high")).isEqualTo(1);
  }

  @Test
  void automationGivesEveryAutomationConsumerACopyThatSaysWhatItIs() throws Exception {
    DesiredTenant own =
        messaging.changeModules(messaging.newTenant(), "crm", "whatsapp", "marketing");
    PublishResponse answer =
        messaging
            .stub(own)
            .publish(
                PublishRequest.newBuilder()
                    .setModule("crm")
                    .setOperation("leads.create")
                    .setPriority(5)
                    .setRoute(Route.ROUTE_AUTOMATION)
                    .setData(ByteString.copyFromUtf8("Ana"))
                    .build());

    for (String queue :
        List.of(
            "crm.leads.create", "whatsapp.automation.trigger", "marketing.automation.execute")) {
      assertThat(messaging.ready(own, queue)).as(queue).isEqualTo(1);
      try (Subscription subscription = messaging.subscribe(own, queue)) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getMessage().getMessageId()).isEqualTo(answer.getMessageId());
        assertThat(delivery.getMessage().getModule()).isEqualTo("crm");
        assertThat(delivery.getMessage().getOperation()).isEqualTo("leads.create");
        assertThat(delivery.getMessage().getData().toStringUtf8()).isEqualTo("Ana");
        subscription.acknowledge(delivery);
      }
    }
    // Without any automation consumer there is nobody to have a copy.
    DesiredTenant alone = messaging.newTenant();
    assertThat(lane(alone, Route.ROUTE_AUTOMATION, 5)).isEqualTo(Lane.LANE_NORMAL);
  }

  private Lane lane(DesiredTenant of, Route route, int priority) throws JOSEException {
    return messaging
        .stub(of)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation("leads.create")
                .setPriority(priority)
                .setRoute(route)
                .build())
        .getLane();
  }

  @Test
  void aQueueThatHasLostItsBindingIsBoundAgainByTheNextPublishToIt() throws Exception {
    DesiredTenant other = messaging.newTenant();
    messaging.publish(other);
    assertThat(Messaging.management().delete(binding(other))).isTrue();

    messaging.publish(other);

    assertThat(messaging.ready(other, QUEUE)).isEqualTo(2);
    assertThat(Messaging.management().get(binding(other))).isPresent();
  }

  @Test
  void whatNoQueueTakesIsNeverConfirmedWhileItsBindingIsDeletedOverAndOver() throws Exception {
    DesiredTenant other = messaging.newTenant();
    messaging.publish(other);
    AtomicInteger deleted = new AtomicInteger();
    Crew operator = new Crew();
    operator.add(
        "operator",
        () -> {
          if (Messaging.management().delete(binding(other))) {
            deleted.incrementAndGet();
          }
        });

    int confirmed = 1;
    for (int i = 0; i < MOST_PUBLISHED && (i < FEWEST_PUBLISHED || deleted.get() < 5); i++) {
      try {
        messaging.publish(other);
        confirmed++;
      } catch (StatusRuntimeException e) {
        assertRefusedForNow(
            () -> {
              throw e;
            },
            Code.UNAVAILABLE,
            "STORE_UNAVAILABLE");
      }
    }
    operator.stop(Duration.ofSeconds(20));

    assertThat(deleted.get()).isPositive();
    assertThat(messaging.ready(other, QUEUE)).isEqualTo(confirmed);
  }

  private static String binding(DesiredTenant tenant) {
    return ManagementApi.path(
        "bindings", Messaging.vhost(tenant), "e", "kryonix.publish", "q", QUEUE, QUEUE);
  }

  private PublishResponse publish(
      String module, String operation, Route route, Map<String, String> attributes)
      throws JOSEException, StatusRuntimeException {
    return messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule(module)
                .setOperation(operation)
                .setRoute(route)
                .putAllAttributes(attributes)
                .build());
  }

  private static <T> T required(@Nullable T value) {
    return Objects.requireNonNull(value);
  }

  private static boolean is(Map<String, Object> module, String flag) {
    return Boolean.TRUE.equals(module.get(flag));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, List<Object>> operations(Map<String, Object> module) {
    return (Map<String, List<Object>>) required(module.get("operations"));
  }

  /** Read with nothing of the service in between. */
  private static Map<String, Map<String, Object>> modulesAsWritten() throws IOException {
    try (InputStream yaml = RoutesIT.class.getResourceAsStream("/kryonix/catalog.yaml")) {
      Map<String, Map<String, Map<String, Object>>> document = new Yaml().load(yaml);
      return required(document.get("modules"));
    }
  }
}
