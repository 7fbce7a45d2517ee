package dev.kryonix.kit.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.policy.TenantGate;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.snapshot.SnapshotEndpoint;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of the kit's beans a process has follows from what the process brings. */
final class WiringTest {
  private final Map<String, Object> properties = new HashMap<>();

  @BeforeEach
  void configure(@TempDir Path keys) {
    GenerateKeys.main(new String[] {keys.toString(), "cache"});
    properties.putAll(
        Map.of(
            "kryonix.server.service",
            "cache",
            "kryonix.server.grpc-port",
            0,
            "kryonix.server.management-port",
            0,
            "kryonix.server.keys-dir",
            keys.toString(),
            "kryonix.services.tenant",
            "127.0.0.1:1"));
  }

  @Test
  void aServiceWithAReconcilerFollowsTheStateStream() {
    properties.put("test.reconciler", "true");
    try (ApplicationContext context = start()) {
      assertThat(context.containsBean(StateClient.class)).isTrue();
      assertThat(context.getBean(TenantGate.class))
          .isSameAs(context.getBean(TenantDirectory.class));
      assertThat(context.getBean(Readiness.class).components()).containsKey("state");
    }
  }

  @Test
  void aServiceWithoutOneHasNoDirectoryAndNoSnapshots() {
    try (ApplicationContext context = start()) {
      assertThat(context.containsBean(StateClient.class)).isFalse();
      assertThat(context.containsBean(TenantGate.class)).isFalse();
      assertThat(context.containsBean(SnapshotEndpoint.class)).isFalse();
      assertThat(context.containsBean(Database.class)).isFalse();
      assertThat(context.getBean(SecretBox.class)).isNotNull();
    }
  }

  @Test
  void aServiceTakesThePlatformKeyFromACommandWhereOneIsSet() throws IOException {
    Path file = Path.of(String.valueOf(properties.get("kryonix.server.keys-dir")), "master.key");
    TenantUid uid = new TenantUid(UUID.randomUUID());
    SealedSecret sealed =
        new SecretBox(MasterKey.read(file), new SecureRandom()).seal(uid, "test", "1", new byte[1]);
    Path kept = Files.move(file, file.resolveSibling("kept"));
    properties.put("kryonix.master-key.command", "base64 '" + kept + "'");
    try (ApplicationContext context = start()) {
      assertThat(context.getBean(SecretBox.class).open(sealed, uid)).hasSize(1);
    }
  }

  @Test
  void aServiceWhosePostgresIsAwayStartsAndSaysSo() {
    properties.put("kryonix.postgres.url", "jdbc:postgresql://127.0.0.1:1/kryonix");
    for (String name : new String[] {"user", "password", "owner-user", "owner-password"}) {
      properties.put("kryonix.postgres." + name, "x");
    }
    try (ApplicationContext context = start()) {
      Readiness readiness = context.getBean(Readiness.class);
      await()
          .until(
              () -> readiness.components().get("postgres"), "PostgreSQL cannot be reached"::equals);
    }
  }

  private ApplicationContext start() {
    return ApplicationContext.builder()
        .properties(properties)
        // Integration tests run with the address of a real PostgreSQL in the environment.
        .environmentPropertySource(false)
        .eagerInitSingletons(true)
        .banner(false)
        .start();
  }

  /** A service without engine objects. */
  @Singleton
  @Requires(property = "test.reconciler")
  static final class NothingToMake implements TenantReconciler {
    @Override
    public void apply(TenantView desired, StepReporter steps) {}

    @Override
    public void remove(TenantUid uid, TenantId id, StepReporter steps) {}

    @Override
    public Map<String, Long> census(TenantUid uid, TenantId id) {
      return Map.of();
    }
  }
}
