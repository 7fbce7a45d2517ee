package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Entries of the platform's predecessor, {@code cliente:id:module:type:key} with the bare value:
 * read while they last, when {@code KRYONIX_CACHE_LEGACY_KEYS} says so, removed by a write or a
 * deletion of the same address, and charged to nobody. No key can name another tenant's, since
 * neither an id nor a module holds a colon.
 */
@Singleton
final class LegacyKeys {
  private final Keyspace keyspace;
  private final boolean enabled;
  private final InstantSource clock;

  LegacyKeys(
      Redis redis,
      @Value("${kryonix.cache.legacy-keys:false}") boolean enabled,
      InstantSource clock) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.enabled = enabled;
    this.clock = clock;
  }

  /** The entry that the predecessor left at an address. */
  CompletableFuture<Lookup> read(TenantView tenant, EntryKey address) {
    if (!enabled) {
      return CompletableFuture.completedFuture(new Lookup.Miss());
    }
    byte[] key = key(tenant, address);
    return keyspace
        .commands()
        .get(key)
        .exceptionally(LegacyKeys::noneOfAnotherType)
        .thenCombine(keyspace.commands().pttl(key), this::lookup)
        .toCompletableFuture();
  }

  private Lookup lookup(byte @Nullable [] value, long ttl) {
    if (value == null || value.length > Content.MAX_VALUE_BYTES || ttl == 0) {
      return new Lookup.Miss();
    }
    Instant now = clock.instant();
    Content content = new Content(value, "", false, Arrays.hashCode(value), now);
    Duration left = ttl < 0 ? Duration.ofDays(30) : Duration.ofMillis(ttl);
    return new Lookup.Hit(new Entry(content, left, Duration.ZERO, 0, now));
  }

  /** The predecessor had lists and hashes, too, which are no entries. */
  private static byte @Nullable [] noneOfAnotherType(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (String.valueOf(failure.getMessage()).contains("WRONGTYPE")
        || String.valueOf(cause.getMessage()).contains("WRONGTYPE")) {
      return null;
    }
    throw failure instanceof CompletionException passed ? passed : new CompletionException(failure);
  }

  /** What SCAN finds all of a tenant's by; empty when they are nobody's business here. */
  Optional<String> pattern(TenantId tenant) {
    return enabled ? Optional.of("cliente:" + tenant + ":*") : Optional.empty();
  }

  /** Removes it; says whether there was one. */
  CompletableFuture<Boolean> remove(TenantView tenant, EntryKey address) {
    return enabled
        ? keyspace
            .commands()
            .unlink(new byte[][] {key(tenant, address)})
            .thenApply(removed -> removed > 0)
            .toCompletableFuture()
        : CompletableFuture.completedFuture(false);
  }

  private static byte[] key(TenantView tenant, EntryKey address) {
    return Bucket.concat(
        ("cliente:" + tenant.id() + ":").getBytes(StandardCharsets.UTF_8), address.bytes());
  }
}
