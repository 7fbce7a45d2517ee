package dev.kryonix.messaging.snapshot;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.kryonix.kit.identity.TenantUid;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Copies that nobody reads just now, held for a while so that an export that broke off goes on:
 * that all of it was written does not say that all of it arrived. One that is being read is not
 * among them.
 */
@Singleton
final class HeldCopies {
  private static final Duration HELD = Duration.ofMinutes(10);
  private static final int MOST = 8;

  private final Cache<Id, Copy> copies =
      Caffeine.newBuilder()
          .maximumSize(MOST)
          .expireAfterWrite(HELD)
          .scheduler(Scheduler.systemScheduler())
          .evictionListener(HeldCopies::evicted)
          .build();

  /** The copy of a tenant. */
  record Id(TenantUid tenant, UUID copy) {}

  void hold(Id id, Copy copy) {
    copies.put(id, copy);
  }

  /** Hands it over, if it is here. */
  Optional<Copy> take(Id id) {
    return Optional.ofNullable(copies.asMap().remove(id));
  }

  @PreDestroy
  void stop() {
    copies.asMap().values().forEach(HeldCopies::close);
  }

  private static void evicted(@Nullable Id id, @Nullable Copy copy, @Nullable RemovalCause cause) {
    close(copy);
  }

  private static void close(@Nullable Copy copy) {
    if (copy != null) {
      copy.spool().close();
    }
  }
}
