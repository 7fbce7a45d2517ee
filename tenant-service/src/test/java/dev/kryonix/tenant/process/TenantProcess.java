package dev.kryonix.tenant.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.identity.ServiceKeys;
import dev.kryonix.testkit.ServiceProcess;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/** The tenant service in a JVM of its own, with keys of its own. */
final class TenantProcess {
  /** The platform's own key for a test: as long as a real one, and worth nothing. */
  static final String ADMIN_KEY = "kry_test_admin_0123456789abcdefghij";

  /** So long that a test has asked for another key before the first is in use. */
  static final Duration KEY_NOTICE = Duration.ofSeconds(10);

  private final ServiceProcess process;
  private final Path keys;

  private TenantProcess(ServiceProcess process, Path keys) {
    this.process = process;
    this.keys = keys;
  }

  /** Starts the service on the PostgreSQL that the environment names, and waits until it serves. */
  static TenantProcess start(Path folder) throws IOException {
    assertThat(System.getenv())
        .as("run through ./kryonix test")
        .containsKey("KRYONIX_POSTGRES_URL");
    Path keys = folder.resolve("keys");
    GenerateKeys.main(
        new String[] {keys.toString(), "tenant", "messaging", "cache", "backup", "gateway"});
    forgetSigningKeys();
    return new TenantProcess(
        ServiceProcess.start(
            "dev.kryonix.tenant.Application",
            folder,
            Map.of(
                "KRYONIX_KEYS_DIR",
                keys.toString(),
                "KRYONIX_ADMIN_API_KEY",
                ADMIN_KEY,
                "KRYONIX_TENANT_KEY_NOTICE",
                KEY_NOTICE.toString())),
        keys);
  }

  ManagedChannel channel() {
    return process.channel();
  }

  Path keys() {
    return keys;
  }

  /** The token of another service of the platform. */
  CallCredentials credentials(String name) {
    return new ServiceCredentials(name, ServiceKeys.read(keys, name), InstantSource.system());
  }

  void stop() throws InterruptedException {
    process.stop();
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
}
