package dev.kryonix.kit.state;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * How a service follows the state stream.
 *
 * @param parallelism the most tenants that are reconciled at once
 */
@ConfigurationProperties("kryonix.state")
public record StateConfig(@Bindable(defaultValue = "8") int parallelism) {
  public StateConfig {
    if (parallelism < 1) {
      throw new IllegalArgumentException("kryonix.state.parallelism must be at least 1");
    }
  }
}
