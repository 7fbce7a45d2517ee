package dev.kryonix.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OptionsTest {
  @Test
  void howeverLongRedisWasAwayTheNextAttemptToConnectComesWithinASecond() {
    ClientResources resources = Options.resources().build();
    try {
      Delay delay = resources.reconnectDelay();
      assertThat(delay.createDelay(1)).isLessThan(Duration.ofMillis(100));
      for (int attempt = 1; attempt <= 70; attempt++) {
        assertThat(delay.createDelay(attempt))
            .as("attempt " + attempt)
            .isBetween(Duration.ZERO, Duration.ofSeconds(1));
      }
      assertThat(delay.createDelay(30)).as("no busy loop").isGreaterThan(Duration.ofMillis(100));
    } finally {
      resources.shutdown();
    }
  }
}
