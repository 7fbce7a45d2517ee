package dev.kryonix.messaging.faults;

import static dev.kryonix.messaging.process.Messaging.variable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.process.Messaging;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The private broker cluster of three nodes, numbered from 1, to be killed, mended and asked. */
final class Cluster {
  private static final int MOST_SECONDS = 150;
  private static final Duration UNCHANGED = Duration.ofSeconds(1);

  private Cluster() {}

  /** What tells the service of the cluster. */
  static Map<String, String> settings() {
    return settings(nodes(), urls());
  }

  /** What tells it of other addresses that lead there. */
  static Map<String, String> settings(List<String> nodes, List<String> managementUrls) {
    return Map.of(
        "KRYONIX_RABBITMQ_NODES", String.join(",", nodes),
        "KRYONIX_RABBITMQ_MANAGEMENT_URL", String.join(",", managementUrls),
        // The service's own: a node that is silent is passed over soon.
        "KRYONIX_BROKER_CONNECT_TIMEOUT", "3s");
  }

  /** The nodes' addresses, as host and port. */
  static List<String> nodes() {
    return List.of(variable("KRYONIX_RABBITMQ_CLUSTER_NODES").split(","));
  }

  /** The URLs of their management APIs. */
  static List<String> urls() {
    return List.of(variable("KRYONIX_RABBITMQ_CLUSTER_MANAGEMENT_URLS").split(","));
  }

  /**
   * Kills the node's process, as a crash of its machine would; not while a queue is being made. One
   * whose first leader dies before the others know of it has none ever after, in RabbitMQ 3.10.
   */
  static void kill(int node) throws IOException {
    awaitNoNewQueue();
    Path file = Path.of(variable("KRYONIX_HOME"), "run", "rabbitmq_cluster_%d.pid".formatted(node));
    String line = Files.readString(file);
    long pid = Long.parseLong(line.substring(0, line.indexOf(' ')));
    ProcessHandle process =
        ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("node " + node + " is dead"));
    process.destroyForcibly();
    process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /**
   * Starts what is dead, and waits until the cluster is whole: until each queue has all its copies
   * again, without which the next node to die would take a majority of them away.
   */
  static void mend() throws IOException, InterruptedException {
    run(List.of("up", "rabbitmq_cluster"));
    electMissingLeaders();
    ManagementApi api = management();
    await("every queue has all its copies")
        .atMost(Duration.ofSeconds(MOST_SECONDS))
        .pollInterval(Duration.ofSeconds(1))
        .ignoreExceptionsInstanceOf(ManagementException.class)
        .untilAsserted(() -> assertThat(withoutAllCopies(api)).isEmpty());
  }

  private static void awaitNoNewQueue() {
    ManagementApi api = management();
    Set<String> known = new HashSet<>();
    await("no queue is made")
        .atMost(Duration.ofSeconds(MOST_SECONDS))
        .pollInterval(UNCHANGED)
        .ignoreExceptionsInstanceOf(ManagementException.class)
        .until(
            () ->
                !known.addAll(
                    api.list("/api/queues?columns=name,vhost&disable_stats=true").stream()
                        .map(JsonObject::toString)
                        .toList()));
  }

  /**
   * Has an election where a queue has no leader though all its members are there: a follower that
   * never knew of one waits for it for ever, in RabbitMQ 3.10. It is what an operator does.
   */
  private static void electMissingLeaders() throws IOException, InterruptedException {
    ctl(
        1,
        "eval",
        """
        [begin
           {Name, _} = Member = amqqueue:get_pid(Queue),
           case ra:members(Member, 2000) of
             {ok, _, _} -> ok;
             _ -> [catch ra:trigger_election({Name, Node})
                   || Node <- rabbit_mnesia:cluster_nodes(running)]
           end
         end || Queue <- rabbit_amqqueue:list(),
                amqqueue:get_type(Queue) =:= rabbit_quorum_queue].
        """);
  }

  private static List<String> withoutAllCopies(ManagementApi api) throws ManagementException {
    return api.list("/api/queues?columns=name,vhost,members,online").stream()
        .filter(queue -> size(queue, "online") < size(queue, "members"))
        .map(JsonObject::toString)
        .toList();
  }

  private static int size(JsonObject queue, String field) {
    return queue.get(field) instanceof JsonArray nodes ? nodes.size() : 0;
  }

  /** RabbitMQ's own tool, on a node. */
  static void ctl(int node, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("rabbitmqctl_cluster", Integer.toString(node)));
    command.addAll(List.of(arguments));
    run(command);
  }

  /** The node that leads the tenant's queue. */
  static int leader(DesiredTenant tenant, String queue) throws ManagementException {
    JsonObject found =
        management()
            .object(ManagementApi.path("queues", Messaging.vhost(tenant), queue))
            .orElseThrow(() -> new AssertionError("no queue " + queue));
    assertThat(found.getAsJsonArray("members")).as("copies of %s", queue).hasSize(3);
    return number(found.get("leader").getAsString());
  }

  /** The node that the tenant's consumers are connected to. */
  static int nodeOfConsumers(DesiredTenant tenant) {
    ManagementApi api = management();
    String path = ManagementApi.path("vhosts", Messaging.vhost(tenant), "connections");
    return await("the connection is told of")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                api.list(path + "?columns=node,user_provided_name").stream()
                    .filter(each -> text(each, "user_provided_name").endsWith(" consume"))
                    .map(each -> number(text(each, "node")))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Declares a queue of the tenant at a node, which leads it from then on. */
  static void declareAt(int node, DesiredTenant tenant, String queue) throws Exception {
    URI address = URI.create("amqp://" + nodes().get(node - 1));
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(address.getHost());
    factory.setPort(address.getPort());
    factory.setUsername(variable("KRYONIX_RABBITMQ_USER"));
    factory.setPassword(variable("KRYONIX_RABBITMQ_PASSWORD"));
    factory.setVirtualHost(Messaging.vhost(tenant));
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
    }
    await("%s is told of".formatted(queue))
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(leader(tenant, queue)).isEqualTo(node));
  }

  /** Waits until somebody consumes from the queue. */
  static void awaitConsumer(DesiredTenant tenant, String queue) {
    ManagementApi api = management();
    String path = ManagementApi.path("consumers", Messaging.vhost(tenant));
    await("somebody consumes from %s".formatted(queue))
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                api.list(path).stream()
                    .map(consumer -> consumer.getAsJsonObject("queue"))
                    .anyMatch(of -> text(of, "name").equals(queue)));
  }

  private static String text(JsonObject object, String field) {
    return object.get(field) instanceof JsonPrimitive text ? text.getAsString() : "";
  }

  /** The number in a node's name. */
  private static int number(String name) {
    String beforeHost = name.substring(0, name.indexOf('@'));
    return Integer.parseInt(beforeHost.substring(beforeHost.lastIndexOf('-') + 1));
  }

  /** What of the tenant lies in which queue, for whoever looks for something. */
  static String contents(DesiredTenant tenant) throws ManagementException {
    return management()
        .get(
            ManagementApi.path("queues", Messaging.vhost(tenant))
                + "?columns=name,leader,messages_ready,messages_unacknowledged,messages_dlx,consumers")
        .map(JsonElement::toString)
        .orElse("no vhost");
  }

  private static ManagementApi management() {
    return new ManagementApi(
        new BrokerConfig(
            "",
            0,
            String.join(",", nodes()),
            String.join(",", urls()),
            variable("KRYONIX_RABBITMQ_USER"),
            variable("KRYONIX_RABBITMQ_PASSWORD"),
            Duration.ofSeconds(3),
            Duration.ofSeconds(30)));
  }

  private static void run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(variable("KRYONIX_SERVERS")));
    command.addAll(arguments);
    Path log = Path.of(variable("KRYONIX_HOME"), "log", "faults.log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS))
        .as("%s; see %s", command, log)
        .isTrue();
    assertThat(process.exitValue()).as(() -> command + ":\n" + read(log)).isZero();
  }

  private static String read(Path log) {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
