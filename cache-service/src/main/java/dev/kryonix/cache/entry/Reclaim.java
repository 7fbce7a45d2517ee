package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import io.lettuce.core.SetArgs;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the entries of a bucket, some at a time so that nobody else waits long: what flushes
 * and invalidations have made dead is removed and given back, and what Redis itself has lost is
 * taken off the books.
 */
@Singleton
class Reclaim {
  private static final Script AUDIT = Ledger.script(Reclaim.class, "audit.lua");
  private static final Script UNMARK = Ledger.script(Reclaim.class, "unmark.lua");
  private static final int AT_ONCE = 200;
  private static final Duration LOCKED_FOR = Duration.ofSeconds(10);
  private static final byte[] START = Script.arg("0");

  private final Keyspace keyspace;
  private final InstantSource clock;
  private final Map<Bucket, byte[]> cursors = new ConcurrentHashMap<>();

  Reclaim(Redis redis, InstantSource clock) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.clock = clock;
  }

  /** Looks after a tenant's buckets: all of one where something is marked, a page of another. */
  void lookAfter(TenantSpace space) throws InterruptedException {
    for (int i = 0; i < space.spread(); i++) {
      Bucket bucket = space.bucket(i);
      long highest = highestMark(bucket);
      if (highest > 0) {
        everything(space, i, highest);
      } else {
        Looked looked = page(space, bucket, cursors.getOrDefault(bucket, START));
        cursors.put(bucket, looked.next());
      }
    }
  }

  /**
   * Pages that were looked at.
   *
   * @param next where those that follow begin
   * @param whole whether none of the entries was passed over
   */
  private record Looked(byte[] next, boolean whole) {}

  /**
   * All pages of a bucket; then what was marked before is forgotten, unless an entry that it may
   * concern was passed over: that would live again.
   */
  private void everything(TenantSpace space, int number, long highest) throws InterruptedException {
    Bucket bucket = space.bucket(number);
    byte[] lock = bucket.named("reclaiming");
    @Nullable String locked =
        keyspace.await(
            keyspace.commands().set(lock, new byte[] {1}, SetArgs.Builder.nx().px(LOCKED_FOR)));
    if (locked == null) {
      return;
    }
    boolean whole = true;
    byte[] cursor = START;
    do {
      Looked looked = page(space, bucket, cursor);
      cursor = looked.next();
      whole &= looked.whole();
      keyspace.await(keyspace.commands().pexpire(lock, LOCKED_FOR.toMillis()));
      Thread.sleep(1);
    } while (!Arrays.equals(cursor, START));
    List<Object> done =
        whole
            ? UNMARK.list(
                keyspace, Ledger.keys(bucket), Ledger.arguments(bucket, Script.arg(highest)))
            : List.of();
    for (Object id : done) {
      Flushes.done(keyspace, space, number, text(id), clock.instant());
    }
    keyspace.await(keyspace.commands().unlink(new byte[][] {lock}));
  }

  private Looked page(TenantSpace space, Bucket bucket, byte[] cursor) {
    List<Object> answer =
        AUDIT.list(
            keyspace, Ledger.keys(bucket), Ledger.arguments(bucket, cursor, Script.arg(AT_ONCE)));
    for (int i = 4; i + 2 < answer.size(); i += 3) {
      String by = text(answer.get(i));
      if (!by.equals("#")) {
        Flushes.progress(keyspace, space, by, (Long) answer.get(i + 1), (Long) answer.get(i + 2));
      }
    }
    return new Looked((byte[]) answer.getFirst(), (Long) answer.get(3) == 0);
  }

  private long highestMark(Bucket bucket) {
    byte @Nullable [] marks = keyspace.await(keyspace.commands().get(bucket.named("marks")));
    if (marks == null) {
      return 0;
    }
    return text(marks)
        .lines()
        .mapToLong(
            line -> Long.parseLong(line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '))))
        .max()
        .orElse(0);
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}
