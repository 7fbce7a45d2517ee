package dev.kryonix.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A service in a JVM of its own, on free ports, with the class path of the test. */
public final class ServiceProcess {
  private final Process process;
  private final ManagedChannel channel;
  private final Path log;

  private ServiceProcess(Process process, ManagedChannel channel, Path log) {
    this.process = process;
    this.channel = channel;
    this.log = log;
  }

  /**
   * Starts the service and waits until it serves.
   *
   * @param application the class with its main method
   * @param folder where its data and log go
   * @param settings its environment besides that of the test, which names the engines
   */
  public static ServiceProcess start(String application, Path folder, Map<String, String> settings)
      throws IOException {
    assertThat(System.getenv()).as("run through ./kryonix test").containsKey("KRYONIX_HOME");
    int port = Ports.take();
    Path log = folder.resolve("service.log");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx512m",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    application))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("KRYONIX_DATA_DIR", folder.resolve("data").toString());
    builder.environment().putAll(settings);
    builder.environment().put("KRYONIX_GRPC_PORT", Integer.toString(port));
    builder.environment().put("KRYONIX_MANAGEMENT_PORT", Integer.toString(Ports.take()));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    ServiceProcess service = new ServiceProcess(builder.start(), channel, log);
    try {
      await("the service serves; see " + log)
          .atMost(Duration.ofMinutes(3))
          .until(service::isServing);
    } catch (Throwable e) {
      // Nobody else could end it.
      service.process.destroyForcibly();
      channel.shutdownNow();
      throw e;
    }
    return service;
  }

  public ManagedChannel channel() {
    return channel;
  }

  /** Asks the process to end, and waits until it has. */
  public void stop() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends when asked to; see " + log).isTrue();
    channel.shutdownNow();
  }

  /** Ends the process as a crash would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    channel.shutdownNow();
  }

  /** Whether it says so itself; fails when the process has ended. */
  public boolean isServing() {
    assertThat(process.isAlive()).as(() -> "the service runs:\n" + lines()).isTrue();
    try {
      return HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private String lines() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
