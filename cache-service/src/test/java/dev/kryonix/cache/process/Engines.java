package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The tests' servers, to be killed, mended and looked into. */
final class Engines {
  private static final String ADMIN = "kryonix_admin";

  private Engines() {}

  /** Kills a process of the tests' servers, such as {@code redis} or {@code redis_cluster_3}. */
  static void kill(String process) throws IOException {
    ProcessHandle running = running(process);
    running.destroyForcibly();
    running.onExit().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Has a process end in good order. */
  static void stop(String process) throws IOException {
    ProcessHandle running = running(process);
    running.destroy();
    running.onExit().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Stops a process where it is, so that it answers nothing and its connections stay. */
  static void hold(String process) throws IOException, InterruptedException {
    run(List.of("kill", "-STOP", Long.toString(running(process).pid())), true);
  }

  /** Lets a process that is held go on. */
  static void release(String process) throws IOException, InterruptedException {
    run(List.of("kill", "-CONT", Long.toString(running(process).pid())), true);
  }

  private static ProcessHandle running(String process) throws IOException {
    String line = Files.readString(home().resolve("run").resolve(process + ".pid"));
    return ProcessHandle.of(Long.parseLong(line.substring(0, line.indexOf(' '))))
        .orElseThrow(() -> new AssertionError(process + " does not run"));
  }

  /** Starts what is dead of a server, and waits until it is whole. */
  static void mend(String server) throws IOException, InterruptedException {
    run(List.of(variable("KRYONIX_SERVERS"), "up", server), true);
  }

  /** Sends a command to the Redis on a port, as the administrator. */
  static String redis(int port, String... command) throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "redis-cli",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "--user",
                ADMIN,
                "--no-auth-warning"));
    all.addAll(List.of(command));
    return run(all, false);
  }

  /** The port of the Redis that stands alone. */
  static int standalonePort() {
    return Integer.parseInt(variable("KRYONIX_REDIS_PORT"));
  }

  /** The ports of the cluster's nodes, from that of redis_cluster_1. */
  static List<Integer> clusterPorts() {
    return List.of(variable("KRYONIX_REDIS_CLUSTER_NODES").split(",")).stream()
        .map(node -> Integer.parseInt(node.substring(node.indexOf(':') + 1)))
        .toList();
  }

  private static String run(List<String> command, boolean mustSucceed)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .put("REDISCLI_AUTH", Files.readString(home().resolve("secrets/redis-admin")));
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
    if (mustSucceed) {
      assertThat(process.exitValue()).as(output).isZero();
    }
    return output.strip();
  }

  private static Path home() {
    return Path.of(variable("KRYONIX_HOME"));
  }

  private static String variable(String name) {
    return Objects.requireNonNull(System.getenv(name), name + ": run through ./kryonix test");
  }
}
