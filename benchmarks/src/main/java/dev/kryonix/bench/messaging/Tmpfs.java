package dev.kryonix.bench.messaging;

import com.google.gson.JsonObject;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.bench.load.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The same broker with its data in memory, and classic queues: what is left of the difference to
 * PerfTest when neither a disk nor Raft hides it.
 */
final class Tmpfs {
  static final String WORKLOAD = "publish, 1 producer, classic queue on tmpfs";

  private final Lab lab;
  private final Surroundings surroundings;

  Tmpfs(Lab lab, Surroundings surroundings) {
    this.lab = lab;
    this.surroundings = surroundings;
  }

  /** Moves the broker's data, and publishes. The broker's process is another one afterwards. */
  void measure() throws IOException, InterruptedException {
    Path tmpfs = surroundings.memory();
    Path data = surroundings.home().resolve("rabbitmq").resolve("data");
    String servers = surroundings.launcher().resolveSibling("deploy/local/servers").toString();
    Command.require(List.of(servers, "down", "rabbitmq"));
    Command.require(List.of("cp", "-a", data + "/.", tmpfs.toString()));
    Command.require(List.of("rm", "-rf", data.toString()));
    Files.createSymbolicLink(data, tmpfs);
    Command.require(List.of(servers, "up", "rabbitmq"));
    Costs costs = new Costs(surroundings);
    Lab again = lab.with(costs, new PerfTest(surroundings, costs));
    String vhost = Tenants.vhost(Lab.TENANT);
    JsonObject arguments = new JsonObject();
    arguments.addProperty("x-queue-type", "classic");
    for (String queue : List.of(Tenants.QUEUE, Lab.PEER_QUEUE)) {
      again.broker().delete(vhost, queue);
      again.broker().declare(vhost, queue, arguments);
    }
    PublishResponse unused = again.awaitPublishing();
    Flow flow = new Flow(again);
    for (int round = 0; round < lab.extent().rounds(); round++) {
      for (Flow.Subject subject : Rounds.order(flow.direct(), round)) {
        again.add(WORKLOAD, subject.name(), subject.publish(1));
        again.empty();
      }
    }
  }
}
