package dev.kryonix.tenant.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.kryonix.kit.errors.ServiceException;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the failed exchanges of each API key, by the id in what was presented, whether or not
 * there is such a key. Only failures are slowed down: who has the secret is never kept out by
 * somebody who guesses.
 */
final class FailedExchanges {
  static final int MOST = 10;
  static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MOST_KEYS = 100_000;

  private final Cache<String, AtomicInteger> failures;

  FailedExchanges(Ticker ticker) {
    this.failures =
        Caffeine.newBuilder()
            .ticker(ticker)
            .expireAfterWrite(WINDOW)
            .maximumSize(MOST_KEYS)
            .build();
  }

  /** One more exchange of that key has failed: the refusal of it. */
  ServiceException refusal(String keyId) {
    int count = failures.get(keyId, id -> new AtomicInteger()).incrementAndGet();
    return count > MOST ? AccessErrors.tooManyFailures(WINDOW) : AccessErrors.apiKeyInvalid();
  }

  /** In the time of the process. */
  @Factory
  static final class Beans {
    @Bean
    @Singleton
    FailedExchanges failedExchanges() {
      return new FailedExchanges(Ticker.systemTicker());
    }
  }
}
