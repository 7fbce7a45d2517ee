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

  /** Moves the broker's data into memory, publishes, and moves it back. */
  void measure() throws IOException, InterruptedException {
    Path memory = surroundings.memory();
    Path data = surroundings.home().resolve("rabbitmq").resolve("data");
    surroundings.servers("down", "rabbitmq");
    copy(data, memory);
    Command.require(List.of("rm", "-rf", data.toString()));
    Files.createSymbolicLink(data, memory);
    surroundings.servers("up", "rabbitmq");
    // The broker's process is another one now.
    Costs costs = new Costs(surroundings);
    publish(lab.with(costs, new PerfTest(surroundings, costs)));
    surroundings.servers("down", "rabbitmq");
    Files.delete(data);
    copy(memory, Files.createDirectory(data));
    surroundings.servers("up", "rabbitmq");
    PublishResponse unused = lab.awaitPublishing();
  }

  private void publish(Lab again) throws IOException, InterruptedException {
    String vhost = Tenants.vhost(Lab.TENANT);
    JsonObject arguments = new JsonObject();
    arguments.addProperty("x-queue-type", "classic");
    for (String queue : List.of(Tenants.QUEUE, Lab.PEER_QUEUE)) {
      again.broker().delete(vhost, queue);
      again.broker().declare(vhost, queue, arguments);
    }
    PublishResponse unused = again.awaitPublishing();
    List<Flow.Subject> subjects = new Flow(again).peerAndPlain();
    for (int round = 0; round < lab.extent().rounds(); round++) {
      for (Flow.Subject subject : Rounds.order(subjects, round)) {
        again.add(WORKLOAD, subject.name(), subject.publish(1));
        again.empty();
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException, InterruptedException {
    Command.require(List.of("cp", "-a", from + "/.", to.toString()));
  }
}
