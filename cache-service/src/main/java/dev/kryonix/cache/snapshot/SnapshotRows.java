package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.Bucket;
import dev.kryonix.cache.entry.Charges;
import dev.kryonix.cache.entry.DeviceClass;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.EntryReads;
import dev.kryonix.cache.entry.Found;
import dev.kryonix.cache.entry.Ledger;
import dev.kryonix.cache.entry.Score;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import io.lettuce.core.SetArgs;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A tenant's entries in Redis as a snapshot needs them: all addresses in order, staging, the
 * switch.
 */
@Singleton
final class SnapshotRows {
  private static final Script ADDRESSES = Ledger.script(SnapshotRows.class, "addresses.lua");
  private static final Script COMMIT = Ledger.script(SnapshotRows.class, "commit.lua");

  /** Staged entries that nobody commits or drops go by themselves. */
  private static final Duration STAGED_FOR = Duration.ofHours(1);

  private final Keyspace keyspace;
  private final EntryReads reads;
  private final Charges charges;

  SnapshotRows(Redis redis, EntryReads reads, Charges charges) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.reads = reads;
    this.charges = charges;
  }

  /** An entry and the bucket that it lies in. */
  record Placed(Bucket bucket, EntryKey address) {}

  /** All entries, their addresses ascending as unsigned bytes. */
  List<Placed> all(TenantSpace space) {
    List<Placed> all = new ArrayList<>();
    for (Bucket bucket : space.buckets()) {
      ADDRESSES
          .list(keyspace, Ledger.keys(bucket), Ledger.arguments(bucket))
          .forEach(member -> all.add(new Placed(bucket, EntryKey.parse((byte[]) member))));
    }
    all.sort(
        (one, other) -> Arrays.compareUnsigned(one.address().bytes(), other.address().bytes()));
    return all;
  }

  /** Reads entries, one answer for each. */
  List<Found> read(List<Placed> some) {
    Map<Bucket, List<EntryKey>> byBucket = new LinkedHashMap<>();
    some.forEach(
        each ->
            byBucket
                .computeIfAbsent(each.bucket(), bucket -> new ArrayList<>())
                .add(each.address()));
    Map<Bucket, Iterator<Found>> found = new HashMap<>();
    byBucket.forEach(
        (bucket, addresses) ->
            found.put(bucket, keyspace.await(reads.readOf(bucket, addresses)).iterator()));
    return some.stream()
        .map(each -> Objects.requireNonNull(found.get(each.bucket())).next())
        .toList();
  }

  /** Stages an entry where no request sees it. */
  void stage(Bucket bucket, String importId, EntryKey address, Staged entry) {
    byte[] member = address.bytes();
    byte[] key = concat(bucket.stagedPrefix(importId), member);
    int charge = charges.of(bucket, member, entry.envelope().length);
    double score = new Score(entry.expiry(), entry.serves(), charge).number();
    byte[] index = bucket.stagedIndex(importId);
    var set = keyspace.commands().set(key, entry.envelope(), SetArgs.Builder.px(STAGED_FOR));
    var add = keyspace.commands().zadd(index, score, member);
    var expire = keyspace.commands().pexpire(index, STAGED_FOR.toMillis());
    keyspace.await(set);
    keyspace.await(add);
    keyspace.await(expire);
  }

  /**
   * Puts the staged entries in place of what they replace, bucket by bucket, each in one step.
   * False when not all that was staged is still there (Redis lost its last second, or the import
   * took longer than {@link #STAGED_FOR}): then nothing has changed, unless it was lost between two
   * buckets.
   */
  boolean commit(TenantSpace space, String importId, long stagedEntries, Replaced replaced) {
    long[] staged = new long[space.spread()];
    long all = 0;
    for (int i = 0; i < staged.length; i++) {
      staged[i] = keyspace.await(keyspace.commands().zcard(space.bucket(i).stagedIndex(importId)));
      all += staged[i];
    }
    if (all != stagedEntries) {
      return false;
    }
    for (int i = 0; i < staged.length; i++) {
      if (!commit(space.bucket(i), importId, staged[i], replaced)) {
        return false;
      }
    }
    return true;
  }

  private boolean commit(Bucket bucket, String importId, long stagedEntries, Replaced replaced) {
    byte[][] arguments = new byte[3 + replaced.modules().size()][];
    arguments[0] = bucket.stagedPrefix(importId);
    arguments[1] = Script.arg(stagedEntries);
    arguments[2] = Script.arg(replaced.allEntries() ? 1 : 0);
    int i = 3;
    for (String module : replaced.modules()) {
      arguments[i++] = Script.arg(module);
    }
    return COMMIT.number(
            keyspace,
            Ledger.keys(bucket, bucket.stagedIndex(importId)),
            Ledger.arguments(bucket, arguments))
        >= 0;
  }

  /** Drops what is staged; harmless after a commit. */
  void drop(TenantSpace space, String importId) {
    for (Bucket bucket : space.buckets()) {
      byte[] index = bucket.stagedIndex(importId);
      List<byte[]> members = keyspace.await(keyspace.commands().zrange(index, 0, -1));
      for (byte[] member : members) {
        keyspace.await(keyspace.commands().unlink(concat(bucket.stagedPrefix(importId), member)));
      }
      keyspace.await(keyspace.commands().unlink(index));
    }
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    byte[] all = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }

  /**
   * What staged entries are put in place of.
   *
   * @param allEntries whether of all entries, but not of what is the platform's own
   * @param modules of these modules' entries, the platform's own among them
   */
  record Replaced(boolean allEntries, Collection<String> modules) {
    boolean isNothing() {
      return !allEntries && modules.isEmpty();
    }
  }

  /** An entry to stage. */
  record Staged(byte[] envelope, Instant expiry, DeviceClass serves) {}
}
