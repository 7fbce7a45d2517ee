package dev.kryonix.cache.entry;

import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries in Redis. Every write changes entry, index and account in one script, so the account is
 * always the index's sum.
 */
@Singleton
public final class EntryStore {
  private static final Script WRITE = Script.beside(EntryStore.class, "write.lua");
  private static final Script DELETE = Script.beside(EntryStore.class, "delete.lua");
  private static final Script TOUCH = Script.beside(EntryStore.class, "touch.lua");
  private static final Script SWEEP = Script.beside(EntryStore.class, "sweep.lua");
  private static final Script ERASE = Script.beside(EntryStore.class, "erase.lua");
  private static final int ERASED_AT_ONCE = 1000;
  private static final int SCANNED_AT_ONCE = 1000;
  private static final byte[] NONE = {};

  private final Redis redis;
  private final Keyspace keyspace;

  EntryStore(Redis redis) {
    this.redis = redis;
    this.keyspace = redis.keyspace(Purpose.API);
  }

  /**
   * An entry as it stands.
   *
   * @param bytes its envelope
   * @param ttl how long it still lives
   */
  public record Stored(byte[] bytes, Duration ttl) {}

  /** What a tenant holds, as it is charged. */
  public record Usage(long keys, long bytes) {}

  /** A write: what, for how long, and under which rule. */
  record Write(EntryKey address, byte[] envelope, Duration ttl, WriteRule rule) {}

  /** Reads entries, one answer for each address, in one round trip. */
  public List<Optional<Stored>> read(TenantSpace space, List<EntryKey> addresses) {
    List<RedisFuture<byte[]>> values = new ArrayList<>(addresses.size());
    List<RedisFuture<Long>> ttls = new ArrayList<>(addresses.size());
    for (EntryKey address : addresses) {
      byte[] key = space.bucket(address).entry(address.bytes());
      values.add(keyspace.commands().get(key));
      ttls.add(keyspace.commands().pttl(key));
    }
    List<Optional<Stored>> stored = new ArrayList<>(addresses.size());
    for (int i = 0; i < addresses.size(); i++) {
      byte @Nullable [] value = keyspace.await(values.get(i));
      long ttl = Objects.requireNonNull(keyspace.await(ttls.get(i)));
      stored.add(
          value == null || ttl <= 0
              ? Optional.empty()
              : Optional.of(new Stored(value, Duration.ofMillis(ttl))));
    }
    return stored;
  }

  /** Writes an entry within the limits. */
  WriteOutcome write(TenantSpace space, Write write, CacheLimits limits) {
    List<Object> answer =
        WRITE.list(keyspace, keys(space, write.address()), arguments(space, write, limits));
    return outcome((Long) answer.getFirst());
  }

  /**
   * Deletes an entry. Empty when it has another version than the one given; else whether there was
   * one.
   */
  Optional<Boolean> delete(TenantSpace space, EntryKey address, OptionalLong version) {
    byte[] must = version.isPresent() ? bytes(version.getAsLong()) : NONE;
    long answer = DELETE.number(keyspace, keys(space, address), address.bytes(), must);
    return answer < 0 ? Optional.empty() : Optional.of(answer == 1);
  }

  /** Gives an entry a new time to live; false when there is none. */
  boolean touch(TenantSpace space, EntryKey address, Duration ttl) {
    Bucket bucket = space.bucket(address);
    long answer =
        TOUCH.number(
            keyspace,
            new byte[][] {bucket.entry(address.bytes()), bucket.index()},
            address.bytes(),
            Script.arg(ttl.toMillis()));
    return answer == 1;
  }

  /** Takes expired entries out of index and account; says whether there may be more. */
  boolean sweep(TenantSpace space, int most) {
    boolean more = false;
    for (Bucket bucket : space.buckets()) {
      more |=
          SWEEP.number(
                  keyspace,
                  new byte[][] {bucket.index(), bucket.account()},
                  bucket.entryPrefix(),
                  Script.arg(most))
              == most;
    }
    return more;
  }

  /** Erases all that the tenant has, some at a time so that nobody else waits long. */
  public void erase(TenantSpace space) {
    for (Bucket bucket : space.buckets()) {
      long left;
      do {
        left =
            ERASE.number(
                keyspace,
                new byte[][] {bucket.index(), bucket.account()},
                bucket.entryPrefix(),
                Script.arg(ERASED_AT_ONCE));
      } while (left > 0);
    }
  }

  /** Erases what no index names, such as the entries of an import that was never finished. */
  public void eraseRest(TenantSpace space) {
    scan(space, (part, keys) -> part.await(part.commands().unlink(keys.toArray(byte[][]::new))));
  }

  /** How many keys the tenant has, counted key by key: for when nothing else can be believed. */
  public long count(TenantSpace space) {
    LongAdder count = new LongAdder();
    scan(space, (part, keys) -> count.add(keys.size()));
    return count.sum();
  }

  /** Goes through all of Redis, in which a tenant's keys cannot be found any other way. */
  private void scan(TenantSpace space, BiConsumer<Keyspace, List<byte[]>> found) {
    ScanArgs some = ScanArgs.Builder.matches(space.anyKey()).limit(SCANNED_AT_ONCE);
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

  /** What the tenant holds. */
  public Usage usage(TenantSpace space) {
    return usage(List.of(space)).getFirst();
  }

  /** What tenants hold, one answer for each, in one round trip. */
  public List<Usage> usage(List<TenantSpace> spaces) {
    List<List<CompletableFuture<List<KeyValue<byte[], byte[]>>>>> accounts = new ArrayList<>();
    for (TenantSpace space : spaces) {
      accounts.add(space.buckets().stream().map(this::account).toList());
    }
    List<Usage> usages = new ArrayList<>(spaces.size());
    for (var buckets : accounts) {
      long keys = 0;
      long units = 0;
      for (var account : buckets) {
        List<KeyValue<byte[], byte[]>> fields = keyspace.await(account);
        keys += number(fields.get(0).getValueOrElse(NONE));
        units += number(fields.get(1).getValueOrElse(NONE));
      }
      usages.add(new Usage(keys, units * Charge.UNIT_BYTES));
    }
    return usages;
  }

  private CompletableFuture<List<KeyValue<byte[], byte[]>>> account(Bucket bucket) {
    return keyspace
        .commands()
        .hmget(bucket.account(), Script.arg("keys"), Script.arg("units"))
        .toCompletableFuture();
  }

  private static byte[][] keys(TenantSpace space, EntryKey address) {
    Bucket bucket = space.bucket(address);
    return new byte[][] {bucket.entry(address.bytes()), bucket.index(), bucket.account()};
  }

  private static byte[][] arguments(TenantSpace space, Write write, CacheLimits limits) {
    byte[] member = write.address().bytes();
    byte[] prefix = space.bucket(write.address()).entryPrefix();
    return new byte[][] {
      write.envelope(),
      Script.arg(write.ttl().toMillis()),
      Script.arg(Charge.units(prefix.length + member.length, write.envelope().length)),
      Script.arg(limits.getKeys() / space.spread()),
      Script.arg(limits.getMemoryBytes() / Charge.UNIT_BYTES / space.spread()),
      Script.arg(write.rule().name()),
      write.rule() instanceof WriteRule.IfVersion(long version) ? bytes(version) : NONE,
      member,
      prefix
    };
  }

  private static WriteOutcome outcome(long code) {
    return switch ((int) code) {
      case 1 -> new WriteOutcome.Written();
      case 0 -> new WriteOutcome.ConditionFailed();
      case -1 -> new WriteOutcome.OutOfKeys();
      case -2 -> new WriteOutcome.OutOfMemory();
      default -> throw new IllegalStateException("write.lua answered " + code);
    };
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static long number(byte[] text) {
    return text.length == 0
        ? 0
        : Long.parseLong(new String(text, java.nio.charset.StandardCharsets.US_ASCII));
  }
}
