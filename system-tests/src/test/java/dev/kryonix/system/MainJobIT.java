package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.story.MainJob;
import dev.kryonix.system.story.Steps;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@OnPlatform
final class MainJobIT {
  @Test
  void aTenantIsCreatedWorksAndGetsItsDataBack(Platform platform) {
    ByteArrayOutputStream story = new ByteArrayOutputStream();

    new MainJob(
            platform.gateway(),
            platform.adminApiKey(),
            new Steps(new PrintStream(story, true, StandardCharsets.UTF_8)),
            Duration.ofSeconds(30))
        .run();

    assertThat(story.toString(StandardCharsets.UTF_8))
        .contains("watch it become ACTIVE", "receive it and acknowledge it", "everything")
        .doesNotContain("FAILED");
  }
}
