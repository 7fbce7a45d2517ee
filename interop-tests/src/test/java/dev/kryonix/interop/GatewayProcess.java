package dev.kryonix.interop;

import static org.awaitility.Awaitility.await;

import dev.kryonix.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The packaged gateway in a process of its own, in front of gRPC's test service and of nothing
 * else: no control plane, no Redis. What stands open to anybody works without them.
 */
final class GatewayProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);

  private final Process process;
  private final Path folder;
  private final int grpcPort;
  private final int httpPort;
  private final int managementPort;

  private GatewayProcess(
      Process process, Path folder, int grpcPort, int httpPort, int managementPort) {
    this.process = process;
    this.folder = folder;
    this.grpcPort = grpcPort;
    this.httpPort = httpPort;
    this.managementPort = managementPort;
  }

  /**
   * Starts it.
   *
   * @param servicePort where the test service listens
   * @param jvm further options of the JVM
   * @param settings further settings, by their names in the configuration
   */
  static GatewayProcess start(int servicePort, List<String> jvm, Map<String, String> settings) {
    try {
      Path folder = Files.createTempDirectory("interop-gateway");
      run(folder, List.of(), "dev.kryonix.kit.crypto.GenerateKeys", folder + "/keys", "gateway")
          .waitFor();
      int grpc = Ports.take();
      int http = Ports.take();
      int management = Ports.take();
      List<String> arguments = new ArrayList<>();
      arguments.add("-kryonix.server.grpc-port=" + grpc);
      arguments.add("-kryonix.server.management-port=" + management);
      arguments.add("-kryonix.server.keys-dir=" + folder + "/keys");
      arguments.add("-kryonix.gateway.http-port=" + http);
      arguments.add("-kryonix.gateway.contracts=" + TestContract.write(folder));
      arguments.add("-kryonix.gateway.limits.public-per-address=1000000");
      arguments.add("-kryonix.services." + TestContract.UPSTREAM + "=127.0.0.1:" + servicePort);
      settings.forEach((name, value) -> arguments.add("-" + name + "=" + value));
      Process process =
          run(folder, jvm, "dev.kryonix.gateway.Application", arguments.toArray(String[]::new));
      GatewayProcess gateway = new GatewayProcess(process, folder, grpc, http, management);
      await()
          .atMost(START)
          .failFast(
              () -> {
                if (!process.isAlive()) {
                  throw new AssertionError(gateway.log());
                }
              })
          .until(() -> isOpen(grpc) && isOpen(http));
      return gateway;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Process run(Path folder, List<String> jvm, String main, String... arguments)
      throws IOException {
    Path built = Path.of("..", "gateway", "target").toAbsolutePath().normalize();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", jar(built) + ":" + built.resolve("lib") + "/*", main));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("KRYONIX_"));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  private static Path jar(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder, "kryonix-gateway-*.jar")) {
      for (Path file : files) {
        return file;
      }
    }
    throw new IllegalStateException("no packaged gateway in " + folder + ": package it first");
  }

  int grpcPort() {
    return grpcPort;
  }

  int httpPort() {
    return httpPort;
  }

  /** Waits until it has a connection of each event loop to the service, and thinks well of it. */
  void awaitService() {
    int loops = Math.max(2, Runtime.getRuntime().availableProcessors());
    awaitState("\"breaker\":\"CLOSED\",.*\"connections\":\\{\"[^\"]*\":" + loops + "}");
  }

  /** Waits until it has no connection to the service any more. */
  void awaitNoService() {
    awaitState(".*\"connections\":\\{}");
  }

  private void awaitState(String state) {
    Pattern wanted = Pattern.compile("\\{\"upstream\":\"testing\"," + state + "}");
    await().atMost(START).until(() -> wanted.matcher(upstreams()).find());
  }

  private String upstreams() throws IOException {
    URI page = URI.create("http://127.0.0.1:" + managementPort + "/upstreams");
    try (var in = page.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  boolean awaitEnd(Duration atMost) throws InterruptedException {
    return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What it has said so far. */
  String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In kilobytes; the greatest so far. */
  long peakResidentKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", "" + pid(), "status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IllegalStateException("no VmHWM");
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
