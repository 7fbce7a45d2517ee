package dev.kryonix.cache.entry;

import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import io.lettuce.core.SetArgs;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a tenant's quota is shared out to its buckets. Each bucket keeps to its own share, so that a
 * write stays within one shard; when one is full, what the others do not use is shared out anew.
 * Shares are lowered before others are raised, by one instance at a time, never below what a bucket
 * holds at that moment, and others are raised by what that leaves; so together they never come to
 * more than the whole, whatever is written meanwhile.
 */
@Singleton
final class Shares {
  private static final Script USAGE = Ledger.script(Shares.class, "usage.lua");
  private static final Script LOWER = Ledger.script(Shares.class, "lower.lua");
  private static final Script UNLOCK = Script.beside(Shares.class, "unlock.lua");
  private static final long WHOLE = 1_000_000_000;
  private static final int EQUALLY = -1;
  private static final int TOKEN_BYTES = 16;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(20);
  private static final Duration LOCKED_FOR = Duration.ofSeconds(5);

  private final Keyspace keyspace;
  private final Executor executor;
  private final SecureRandom random = new SecureRandom();

  Shares(Redis redis) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.executor = Thread.ofVirtual().name("shares-", 0)::start;
  }

  /**
   * A write; when its bucket's share is used up, once more after what is left over was shared out
   * in equal parts, and once more after its bucket was given all of it.
   */
  CompletableFuture<WriteOutcome> withShare(
      TenantSpace space,
      CacheLimits limits,
      int bucket,
      Supplier<CompletableFuture<WriteOutcome>> write) {
    CompletableFuture<WriteOutcome> outcome = write.get();
    if (space.spread() == 1) {
      return outcome;
    }
    return outcome
        .thenCompose(first -> again(first, () -> shareOut(space, limits, EQUALLY), write))
        .thenCompose(second -> again(second, () -> shareOut(space, limits, bucket), write));
  }

  private CompletableFuture<WriteOutcome> again(
      WriteOutcome before, Runnable sharing, Supplier<CompletableFuture<WriteOutcome>> write) {
    return before instanceof WriteOutcome.OutOfKeys || before instanceof WriteOutcome.OutOfMemory
        ? CompletableFuture.runAsync(sharing, executor).thenCompose(done -> write.get())
        : CompletableFuture.completedFuture(before);
  }

  /** Shares the quota out by what the buckets hold, and what is left over to one or to all. */
  private void shareOut(TenantSpace space, CacheLimits limits, int needy) {
    byte[] lock = space.bucket(0).named("sharing");
    byte[] token = new byte[TOKEN_BYTES];
    random.nextBytes(token);
    if (!lock(lock, token)) {
      return;
    }
    try {
      long[][] held = space.buckets().stream().map(this::held).toArray(long[][]::new);
      long[] wanted = shares(held, limits, needy);
      long[] shares = new long[wanted.length];
      for (int i = 0; i < shares.length; i++) {
        long before = held[i][3] == 0 ? WHOLE / space.spread() : held[i][3];
        shares[i] = wanted[i] < before ? lower(space.bucket(i), wanted[i], limits) : before;
      }
      long[] raised = raised(shares, wanted);
      // Whoever took so long that another has the lock by now knows no longer what is left.
      if (Arrays.equals(keyspace.await(keyspace.commands().get(lock)), token)) {
        for (int i = 0; i < shares.length; i++) {
          if (raised[i] > shares[i]) {
            set(space.bucket(i), raised[i]);
          }
        }
      }
    } finally {
      long unused = UNLOCK.number(keyspace, new byte[][] {lock}, token);
    }
  }

  /**
   * Takes the lock, waiting for it: others share out for buckets of their own, so what they leave
   * may still not have room here. False when it took too long.
   */
  private boolean lock(byte[] lock, byte[] token) {
    SetArgs unlessHeld = SetArgs.Builder.nx().px(LOCKED_FOR);
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (true) {
      @Nullable String locked = keyspace.await(keyspace.commands().set(lock, token, unlessHeld));
      if (locked != null) {
        return true;
      }
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(RandomGenerator.getDefault().nextLong(LONGEST_PAUSE.toNanos()));
    }
  }

  /** The shares raised towards what is wanted, as far as those that were lowered leave room. */
  static long[] raised(long[] shares, long[] wanted) {
    long left = Math.max(0, WHOLE - Arrays.stream(shares).sum());
    long missing = 0;
    for (int i = 0; i < shares.length; i++) {
      missing += Math.max(0, wanted[i] - shares[i]);
    }
    double part = missing <= left ? 1 : left / (double) missing;
    long[] raised = shares.clone();
    for (int i = 0; i < raised.length; i++) {
      raised[i] += (long) (part * Math.max(0, wanted[i] - shares[i]));
    }
    return raised;
  }

  /** The shares in billionths, for buckets that hold so many keys and bytes. */
  static long[] shares(long[][] held, CacheLimits limits, int needy) {
    double[] used = new double[held.length];
    double all = 0;
    for (int i = 0; i < used.length; i++) {
      double keys = held[i][0] / (double) Math.max(1, limits.getKeys());
      double bytes = (held[i][1] + held[i][2]) / (double) Math.max(1, limits.getMemoryBytes());
      used[i] = Math.max(keys, bytes);
      all += used[i];
    }
    double scale = all > 1 ? 1 / all : 1;
    double left = Math.max(0, 1 - all);
    long[] shares = new long[held.length];
    for (int i = 0; i < shares.length; i++) {
      double more = needy == EQUALLY ? left / held.length : needy == i ? left : 0;
      shares[i] = Math.max(1, Math.round((used[i] * scale + more) * WHOLE));
    }
    return shares;
  }

  private long[] held(Bucket bucket) {
    List<Object> answer = USAGE.list(keyspace, Ledger.keys(bucket), Ledger.arguments(bucket));
    return answer.stream().mapToLong(each -> (Long) each).toArray();
  }

  /** Lowers a share as far as the bucket leaves room by now; answers what it has. */
  long lower(Bucket bucket, long share, CacheLimits limits) {
    return LOWER.number(
        keyspace,
        Ledger.keys(bucket),
        Ledger.arguments(
            bucket,
            Script.arg(share),
            Script.arg(Math.max(1, limits.getKeys())),
            Script.arg(Math.max(1, limits.getMemoryBytes()))));
  }

  private void set(Bucket bucket, long share) {
    keyspace.await(
        keyspace.commands().hset(bucket.account(), Script.arg("share"), Script.arg(share)));
  }
}
