package dev.kryonix.messaging.topology;

import static dev.kryonix.messaging.topology.Tenants.STEPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.BrokerConnection;
import dev.kryonix.messaging.connection.TenantConnections;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a queue of a real RabbitMQ has nothing and nobody. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VacancyIT {
  private static final String LANE = "crm.leads.create";
  private static final String ORDERED = LANE + ".ordered";
  private static final LiveQueue OPERATION =
      new LiveQueue("crm", "leads.create", 5, Duration.ofHours(1));

  private ApplicationContext context;
  private Tenants tenants;
  private TenantView tenant;
  private BrokerConnection connection;
  private Channel channel;

  @BeforeAll
  void start(@TempDir Path keys) throws Exception {
    context = MessagingBeans.start(keys);
    tenants = new Tenants(context);
  }

  @BeforeEach
  void makeQueues() throws Exception {
    tenant = tenants.tenant();
    context.getBean(Topology.class).apply(tenant, STEPS);
    TenantQueues queues = context.getBean(TenantQueues.class);
    queues.ensure(tenant, OPERATION, Lane.NORMAL);
    queues.ensureSource(tenant, OPERATION, ORDERED);
    connection = context.getBean(TenantConnections.class).toConsume(tenant);
    channel = connection.openChannel();
    channel.confirmSelect();
  }

  @AfterEach
  void removeTenants() throws ReconcileException {
    tenants.removeAll();
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {LANE, ORDERED})
  void aQueueWithoutMessagesAndConsumersIsVacant(String queue) {
    // It is not said of a queue whose leader is slow to answer.
    await().until(() -> Vacancy.isVacant(connection, queue));
    await("again").until(() -> Vacancy.isVacant(connection, queue));
  }

  @ParameterizedTest
  @ValueSource(strings = {LANE, ORDERED})
  void aQueueWithOneMessageIsNotAndKeepsIt(String queue) throws Exception {
    publish(queue, "one");

    assertThat(Vacancy.isVacant(connection, queue)).isFalse();

    assertThat(consume(queue, 1)).containsExactly("one");
  }

  @ParameterizedTest
  @ValueSource(strings = {LANE, ORDERED})
  void severalMessagesStayInTheirOrder(String queue) throws Exception {
    publish(queue, "one");
    publish(queue, "two");
    publish(queue, "three");

    assertThat(Vacancy.isVacant(connection, queue)).isFalse();

    assertThat(consume(queue, 3)).containsExactly("one", "two", "three");
  }

  @ParameterizedTest
  @ValueSource(strings = {LANE, ORDERED})
  void aQueueThatAnotherConsumesIsNot(String queue) throws Exception {
    channel.basicConsume(queue, false, (tag, delivery) -> {}, tag -> {});

    assertThat(Vacancy.isVacant(connection, queue)).isFalse();
  }

  @Test
  void aQueueWhoseOnlyMessageWasGotAndIsHeldIsNot() throws Exception {
    publish(LANE, "one");
    GetResponse held = channel.basicGet(LANE, false);
    assertThat(held).isNotNull();

    assertThat(Vacancy.isVacant(connection, LANE)).isFalse();
  }

  /** A declaration is answered with 0 messages then. */
  @Test
  void aQueueWhoseLeaderDoesNotAnswerIsNotAndKeepsItsMessage(@TempDir Path folder)
      throws Exception {
    publish(LANE, "one");
    leader("suspend", folder);
    try {
      assertThat(channel.messageCount(LANE)).isZero();
      assertThat(Vacancy.isVacant(connection, LANE)).isFalse();
    } finally {
      leader("resume", folder);
    }
    assertThat(consume(LANE, 1)).containsExactly("one");
  }

  @Test
  void aQueueThatHasGoneIsNot() {
    assertThat(Vacancy.isVacant(connection, "crm.other")).isFalse();
  }

  private void publish(String queue, String text) throws Exception {
    channel.basicPublish("", queue, null, text.getBytes(StandardCharsets.UTF_8));
    channel.waitForConfirmsOrDie(20_000);
  }

  private List<String> consume(String queue, int messages) throws Exception {
    BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    channel.basicConsume(
        queue,
        true,
        (tag, delivery) -> arrived.add(new String(delivery.getBody(), StandardCharsets.UTF_8)),
        tag -> {});
    List<String> texts = new ArrayList<>();
    while (texts.size() < messages) {
      texts.add(arrived.poll(30, TimeUnit.SECONDS));
    }
    return texts;
  }

  /** What leads the queue at the broker, on the private node of the tests. */
  private void leader(String what, Path folder) throws Exception {
    String process = "'" + Names.vhost(tenant.id()) + "_" + LANE + "'";
    Path log = folder.resolve("rabbitmq.log");
    Process eval =
        new ProcessBuilder(
                Path.of("..", "deploy", "local", "servers").toString(),
                "rabbitmq_eval",
                "ok = sys:" + what + "(" + process + ").")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    assertThat(eval.waitFor(60, TimeUnit.SECONDS)).as("rabbitmq_eval; see %s", log).isTrue();
    assertThat(eval.exitValue()).as("rabbitmq_eval; see %s", log).isZero();
  }
}
