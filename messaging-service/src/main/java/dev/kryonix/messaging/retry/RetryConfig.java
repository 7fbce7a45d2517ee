package dev.kryonix.messaging.retry;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * How often a message is tried.
 *
 * @param attempts the attempts that a message has before it is a dead letter, 1 to 1,000
 */
@ConfigurationProperties("kryonix.retry")
public record RetryConfig(@Bindable(defaultValue = "3") int attempts) {
  private static final int MOST = 1000;

  public RetryConfig {
    if (attempts < 1 || attempts > MOST) {
      throw new IllegalArgumentException(
          "kryonix.retry.attempts is 1 to %d, not %d".formatted(MOST, attempts));
    }
  }
}
