package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
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
  Lookup read(TenantView tenant, EntryKey address) {
    if (!enabled) {
      return new Lookup.Miss();
    }
    byte[] key = key(tenant, address);
    byte @Nullable [] value = keyspace.await(keyspace.commands().get(key));
    long ttl = keyspace.await(keyspace.commands().pttl(key));
    if (value == null || value.length > Content.MAX_VALUE_BYTES || ttl == 0) {
      return new Lookup.Miss();
    }
    Instant now = clock.instant();
    Content content = new Content(value, "", false, Arrays.hashCode(value), now);
    Duration left = ttl < 0 ? Duration.ofDays(30) : Duration.ofMillis(ttl);
    return new Lookup.Hit(new Entry(content, left, Duration.ZERO, 0, now));
  }

  /** Removes it; says whether there was one. */
  boolean remove(TenantView tenant, EntryKey address) {
    return enabled
        && keyspace.await(keyspace.commands().unlink(new byte[][] {key(tenant, address)})) > 0;
  }

  private static byte[] key(TenantView tenant, EntryKey address) {
    return Bucket.concat(
        ("cliente:" + tenant.id() + ":").getBytes(StandardCharsets.UTF_8), address.bytes());
  }
}
