package dev.kryonix.tenant.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.identity.ServiceKeys;
import io.grpc.CallCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The tenant service in a JVM of its own, with keys of its own. */
final class ServiceProcess {
  /** The platform's own key for a test: as long as a real one, and worth nothing. */
  static final String ADMIN_KEY = "kry_test_admin_0123456789abcdefghij";

  private final Process process;
  private final ManagedChannel channel;
  private final Path keys;
  private final Path log;

  private ServiceProcess(Process process, ManagedChannel channel, Path keys, Path log) {
    this.process = process;
    this.channel = channel;
    this.keys = keys;
    this.log = log;
  }

  /** Starts the service on the PostgreSQL that the environment names, and waits until it serves. */
  static ServiceProcess start(Path folder) throws IOException {
    assertThat(System.getenv())
        .as("run through ./kryonix test")
        .containsKey("KRYONIX_POSTGRES_URL");
    Path keys = folder.resolve("keys");
    GenerateKeys.main(
        new String[] {keys.toString(), "tenant", "messaging", "cache", "backup", "gateway"});
    forgetSigningKeys();
    int port = freePort();
    Path log = folder.resolve("service.log");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx256m",
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    "dev.kryonix.tenant.Application"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("KRYONIX_KEYS_DIR", keys.toString());
    builder.environment().put("KRYONIX_ADMIN_API_KEY", ADMIN_KEY);
    builder.environment().put("KRYONIX_GRPC_PORT", Integer.toString(port));
    builder.environment().put("KRYONIX_MANAGEMENT_PORT", Integer.toString(freePort()));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    ServiceProcess service = new ServiceProcess(builder.start(), channel, keys, log);
    await("the service serves; see " + log)
        .atMost(Duration.ofSeconds(60))
        .until(service::isServing);
    return service;
  }

  ManagedChannel channel() {
    return channel;
  }

  Path keys() {
    return keys;
  }

  /** The token of another service of the platform. */
  CallCredentials credentials(String name) {
    return new ServiceCredentials(name, ServiceKeys.read(keys, name), InstantSource.system());
  }

  /** Asks the process to end, and waits until it has. */
  void stop() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("ends when asked to; see " + log).isTrue();
    channel.shutdownNow();
  }

  private boolean isServing() {
    assertThat(process.isAlive()).as(() -> "the service runs:\n" + lines()).isTrue();
    try {
      return HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(1, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** Those of an earlier run are sealed under a platform key that is gone. */
  private static void forgetSigningKeys() {
    try (Connection connection =
            DriverManager.getConnection(
                System.getenv("KRYONIX_POSTGRES_URL"),
                System.getenv("KRYONIX_POSTGRES_OWNER_USER"),
                System.getenv("KRYONIX_POSTGRES_OWNER_PASSWORD"));
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          DO $$ BEGIN
            IF to_regclass('signing_keys') IS NOT NULL THEN DELETE FROM signing_keys; END IF;
          END $$
          """);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot prepare the schema", e);
    }
  }

  private String lines() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
