package dev.kryonix.kit.state;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a service follows the state stream.
 *
 * @param parallelism the most tenants that are reconciled at once
 * @param patrol how often the engine is compared with what must be, and usage measured; each round
 *     begins up to a quarter of it sooner or later
 * @param folder where the tenants that are known outlive the process; none, and a restart asks for
 *     all of them
 */
@ConfigurationProperties("kryonix.state")
public record StateConfig(
    @Bindable(defaultValue = "8") int parallelism,
    @Bindable(defaultValue = "30s") Duration patrol,
    Optional<Path> folder) {
  public StateConfig {
    if (parallelism < 1) {
      throw new IllegalArgumentException("kryonix.state.parallelism must be at least 1");
    }
    if (patrol.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("kryonix.state.patrol must be at least 1s");
    }
  }
}
