package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a tenant holds: as it is on the books, and counted key by key. */
public final class Recount {
  private final Keyspace redis;
  private final Charges charges;
  private final EntryStore store;
  private final Spaces spaces;

  public Recount(ApplicationContext context) {
    this.redis = context.getBean(Redis.class).keyspace(Purpose.API);
    this.charges = context.getBean(Charges.class);
    this.store = context.getBean(EntryStore.class);
    this.spaces = context.getBean(Spaces.class);
  }

  /** What the account says, after what has expired was taken off. */
  public EntryStore.Usage booked(TenantView tenant) {
    while (store.sweep(spaces.of(tenant), 500)) {
      Thread.onSpinWait();
    }
    return store.usage(spaces.of(tenant));
  }

  /** What is there, each key looked at; what expires meanwhile is gone. */
  public EntryStore.Usage counted(TenantView tenant) {
    long keys = 0;
    long[] bytes = new long[2];
    for (Bucket bucket : spaces.of(tenant).buckets()) {
      for (byte[] key : keysOf(bucket)) {
        byte @Nullable [] stored = redis.await(redis.commands().get(key));
        if (stored == null) {
          continue;
        }
        byte[] member = Arrays.copyOfRange(key, bucket.entryPrefix().length, key.length);
        boolean web = Head.of(stored).orElseThrow().has(Head.WEB);
        bytes[web ? 1 : 0] += charges.of(bucket, member, stored.length);
        keys++;
      }
    }
    return new EntryStore.Usage(keys, bytes[0], bytes[1]);
  }

  /** Each once: SCAN may show a key twice. */
  private Set<byte[]> keysOf(Bucket bucket) {
    String prefix = new String(bucket.entryPrefix(), StandardCharsets.UTF_8);
    ScanArgs some =
        ScanArgs.Builder.matches((prefix + "*").getBytes(StandardCharsets.UTF_8)).limit(1000);
    Set<byte[]> keys = new TreeSet<>(Arrays::compare);
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      KeyScanCursor<byte[]> page = redis.await(redis.commands().scan(cursor, some));
      keys.addAll(page.getKeys());
      cursor = page;
    } while (!cursor.isFinished());
    return keys;
  }
}
