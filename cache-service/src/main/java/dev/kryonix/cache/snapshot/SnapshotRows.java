package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.Charge;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import io.lettuce.core.Range;
import io.lettuce.core.SetArgs;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A tenant's entries in Redis as a snapshot needs them: all addresses in order, staging, the
 * switch.
 */
@Singleton
final class SnapshotRows {
  private static final Script COMMIT = Script.beside(SnapshotRows.class, "commit.lua");

  /** Staged entries that nobody commits or drops go by themselves. */
  private static final Duration STAGED_FOR = Duration.ofHours(1);

  private final Redis redis;
  private final EntryStore entries;

  SnapshotRows(Redis redis, EntryStore entries) {
    this.redis = redis;
    this.entries = entries;
  }

  /** The addresses of all entries, ascending as unsigned bytes. */
  List<EntryKey> addresses(TenantSpace space) {
    List<byte[]> members =
        redis.await(redis.commands().zrangebyscore(space.index(), Range.unbounded()));
    return members.stream().sorted(Arrays::compareUnsigned).map(EntryKey::parse).toList();
  }

  List<Optional<EntryStore.Stored>> read(TenantSpace space, List<EntryKey> addresses) {
    return entries.read(space, addresses);
  }

  /** Stages an entry where no request sees it. */
  void stage(TenantSpace space, String importId, EntryKey address, Staged entry) {
    byte[] member = address.bytes();
    byte[] key = concat(space.stagedPrefix(importId), member);
    long units = Charge.units(space.entryPrefix().length + member.length, entry.envelope().length);
    double score = entry.expiry().getEpochSecond() * (double) Charge.SCALE + units;
    byte[] index = space.stagedIndex(importId);
    var set = redis.commands().set(key, entry.envelope(), SetArgs.Builder.px(STAGED_FOR));
    var add = redis.commands().zadd(index, score, member);
    var expire = redis.commands().pexpire(index, STAGED_FOR.toMillis());
    redis.await(set);
    redis.await(add);
    redis.await(expire);
  }

  /**
   * Puts the staged entries in place of those of the modules, all of them when none is named. False
   * when not all that was staged is still there (Redis lost its last second, or the import took
   * longer than {@link #STAGED_FOR}): then nothing has changed.
   */
  boolean commit(
      TenantSpace space, String importId, long stagedEntries, Collection<String> modules) {
    byte[][] arguments = new byte[3 + modules.size()][];
    arguments[0] = space.entryPrefix();
    arguments[1] = space.stagedPrefix(importId);
    arguments[2] = Script.arg(stagedEntries);
    int i = 3;
    for (String module : modules) {
      arguments[i++] = Script.arg(module);
    }
    return COMMIT.number(
            redis,
            new byte[][] {space.index(), space.account(), space.stagedIndex(importId)},
            arguments)
        >= 0;
  }

  /** Drops what is staged; harmless after a commit. */
  void drop(TenantSpace space, String importId) {
    byte[] index = space.stagedIndex(importId);
    List<byte[]> members = redis.await(redis.commands().zrange(index, 0, -1));
    for (byte[] member : members) {
      redis.await(redis.commands().unlink(concat(space.stagedPrefix(importId), member)));
    }
    redis.await(redis.commands().unlink(index));
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    byte[] all = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }

  /** An entry to stage. */
  record Staged(byte[] envelope, Instant expiry) {}
}
