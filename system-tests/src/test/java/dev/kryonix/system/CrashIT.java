package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.story.MainJob;
import dev.kryonix.system.story.Steps;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that was killed while idle is repaired by the launcher, and nothing is missing. */
@OnPlatform
final class CrashIT {
  private final Platform platform;

  CrashIT(Platform platform) {
    this.platform = platform;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tenant", "messaging", "cache", "backup", "gateway"})
  void afterAServiceWasKilledUpRepairsItAndTheMainJobWorks(String service) throws Exception {
    ProcessHandle before = platform.instance().process(service).orElseThrow();
    before.destroyForcibly();
    before.onExit().get();

    platform.instance().launcher("up");
    // The gateway finds the restarted tenant-service a moment later.
    await().until(() -> platform.rest().get("/.well-known/jwks.json").isOk());

    ProcessHandle after = platform.instance().process(service).orElseThrow();
    assertThat(after.pid()).isNotEqualTo(before.pid());
    new MainJob(
            platform.gateway(),
            platform.adminApiKey(),
            new Steps(new PrintStream(PrintStream.nullOutputStream())),
            Duration.ofSeconds(30))
        .run();
  }
}
