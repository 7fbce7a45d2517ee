package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.identity.TenantId;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * What a tenant has in Redis that no index names, such as the entries of an import that was never
 * finished, and those that the predecessor left it where they are read. It goes through all of
 * Redis and is never on the path of a request.
 */
@Singleton
public final class Leftovers {
  private static final int SCANNED_AT_ONCE = 1000;

  private final Redis redis;
  private final LegacyKeys legacy;

  Leftovers(Redis redis, LegacyKeys legacy) {
    this.redis = redis;
    this.legacy = legacy;
  }

  /** Erases it. */
  public void erase(TenantId tenant, TenantSpace space) {
    scan(
        tenant,
        space,
        (part, keys) -> part.await(part.commands().unlink(keys.toArray(byte[][]::new))));
  }

  /** How many keys the tenant has, counted key by key: for when nothing else can be believed. */
  public long count(TenantId tenant, TenantSpace space) {
    LongAdder count = new LongAdder();
    scan(tenant, space, (part, keys) -> count.add(keys.size()));
    return count.sum();
  }

  private void scan(TenantId tenant, TenantSpace space, BiConsumer<Keyspace, List<byte[]>> found) {
    scan(space.anyKey(), found);
    legacy.pattern(tenant).ifPresent(pattern -> scan(pattern, found));
  }

  private void scan(String pattern, BiConsumer<Keyspace, List<byte[]>> found) {
    ScanArgs some = ScanArgs.Builder.matches(pattern).limit(SCANNED_AT_ONCE);
    for (Keyspace part : redis.everything()) {
      ScanCursor cursor = ScanCursor.INITIAL;
      do {
        KeyScanCursor<byte[]> page = part.await(part.commands().scan(cursor, some));
        if (!page.getKeys().isEmpty()) {
          found.accept(part, page.getKeys());
        }
        cursor = page;
      } while (!cursor.isFinished());
    }
  }
}
