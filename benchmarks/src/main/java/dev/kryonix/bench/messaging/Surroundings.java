package dev.kryonix.bench.messaging;

import dev.kryonix.bench.process.Settings;
import dev.kryonix.bench.process.Watched;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the launcher has started for the benchmark, from the environment.
 *
 * @param home the folder of the instance, where its processes are written down
 * @param launcher the project's launcher
 * @param gateway host and port of the gateway's gRPC server
 * @param messaging the same of messaging-service itself
 * @param adminKey an API key of the platform
 * @param amqp host and port of the broker
 * @param management the broker's management API
 * @param password of the broker's administrator
 * @param folder for what the benchmark leaves
 * @param memory a folder on a file system in memory
 */
record Surroundings(
    Path home,
    Path launcher,
    String gateway,
    String messaging,
    String adminKey,
    String amqp,
    URI management,
    String password,
    Path folder,
    Path memory) {
  /** The broker's administrator, as the launcher names it. */
  static final String ADMINISTRATOR = "kryonix_admin";

  static Surroundings fromEnvironment() {
    return new Surroundings(
        Path.of(Settings.require("HOME")),
        Path.of(Settings.require("LAUNCHER")),
        Settings.require("GATEWAY"),
        Settings.require("MESSAGING"),
        Settings.require("ADMIN_KEY"),
        Settings.require("AMQP"),
        URI.create(Settings.require("MANAGEMENT")),
        Settings.require("MANAGEMENT_PASSWORD"),
        Path.of(Settings.require("FOLDER")),
        Path.of(Settings.require("MEMORY")));
  }

  /** The running process of a service or server. */
  Watched process(String name) {
    Path file = home.resolve("run").resolve(name + ".pid");
    try {
      return new Watched(Long.parseLong(Files.readString(file).split("\\s", 2)[0]));
    } catch (IOException e) {
      throw new IllegalStateException(name + " does not run", e);
    }
  }

  /** Has the launcher do something with the servers. */
  void servers(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(launcher.resolveSibling("deploy/local/servers").toString());
    command.addAll(List.of(words));
    Command.require(command);
  }

  /** Where a client of the broker's own protocol connects to that vhost. */
  String amqpUri(String vhost) {
    return "amqp://" + ADMINISTRATOR + ":" + password + "@" + amqp + "/" + vhost;
  }
}
