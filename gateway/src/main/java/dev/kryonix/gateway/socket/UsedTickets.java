package dev.kryonix.gateway.socket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kryonix.gateway.limit.SharedRedis;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which tickets have been used. Each gateway remembers its own, and all of them together ask Redis;
 * while that is away a ticket is good once at each gateway, for the seconds that it lives.
 */
@Singleton
final class UsedTickets {
  private static final Logger LOG = LoggerFactory.getLogger(UsedTickets.class);
  private static final String PREFIX = "kryonix:ticket:";

  /** Longer than a ticket lives by any gateway's clock. */
  private static final Duration REMEMBERED = TicketSeal.LIFE.multipliedBy(4);

  private final SharedRedis redis;
  private final AtomicBoolean shared = new AtomicBoolean(true);

  /** Only genuine tickets come here, whose number the callers' rates bound. */
  private final Cache<String, Boolean> own =
      Caffeine.newBuilder().expireAfterWrite(REMEMBERED).build();

  UsedTickets(SharedRedis redis) {
    this.redis = redis;
  }

  /** Notes that the ticket is used, then says whether it is for the first time, on any thread. */
  void take(String id, Consumer<Boolean> then) {
    if (own.asMap().putIfAbsent(id, true) != null) {
      then.accept(false);
      return;
    }
    Optional<RedisAsyncCommands<String, String>> commands = redis.commands();
    if (commands.isEmpty()) {
      then.accept(true);
      return;
    }
    commands
        .get()
        .set(PREFIX + id, "", SetArgs.Builder.nx().px(REMEMBERED))
        .whenComplete(
            (answer, failure) -> {
              note(failure == null);
              // Nothing is answered where the key was there.
              then.accept(failure != null || answer != null);
            });
  }

  private void note(boolean together) {
    if (shared.compareAndSet(!together, together)) {
      LOG.info(
          together
              ? "Redis answers again; a ticket is good once"
              : "Redis does not answer; a ticket is good once at each gateway");
    }
  }
}
