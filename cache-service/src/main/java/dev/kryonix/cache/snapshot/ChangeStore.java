package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.Bucket;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Ledger;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which entries of a bucket are new or gone, as the ledger's scripts put it down while somebody
 * follows. Each entry is there once, at its last change; its value is read in the same step.
 */
@Singleton
final class ChangeStore {
  private static final Script CHANGES = Ledger.script(ChangeStore.class, "changes.lua");

  private final Keyspace keyspace;
  private final SecureRandom random = new SecureRandom();

  ChangeStore(Redis redis) {
    this.keyspace = redis.keyspace(Purpose.API);
  }

  /**
   * An entry's last change.
   *
   * @param stamp microseconds since 1970; of each change of a bucket another
   * @param envelope what is there now; empty when nothing is
   */
  record Row(EntryKey address, long stamp, Optional<byte[]> envelope) {}

  /**
   * Changes in their order.
   *
   * @param closed after these none follows up to this stamp; empty when there are more
   */
  record Page(List<Row> rows, OptionalLong closed) {
    Page {
      rows = List.copyOf(rows);
    }
  }

  /** Has changes kept from now on, or for longer; answers the place of the last one. */
  ChangePosition.Place keep(Bucket bucket) {
    List<Object> state =
        CHANGES.list(
            keyspace,
            Ledger.keys(bucket),
            Ledger.arguments(bucket, Script.arg(1L + random.nextInt(Integer.MAX_VALUE))));
    return new ChangePosition.Place((int) (long) (Long) state.get(0), (Long) state.get(1));
  }

  /**
   * The changes after a place, at most so many, and no more than so many bytes and an entry; empty
   * when they are not held.
   */
  Optional<Page> after(Bucket bucket, ChangePosition.Place place, int most, int bytes) {
    List<Object> answer =
        CHANGES.list(
            keyspace,
            Ledger.keys(bucket),
            Ledger.arguments(
                bucket,
                Script.arg(""),
                Script.arg(place.era()),
                Script.arg(place.stamp()),
                Script.arg(most),
                Script.arg(bytes)));
    if (answer.isEmpty()) {
      return Optional.empty();
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 1; i < answer.size(); i += 3) {
      rows.add(
          new Row(
              EntryKey.parse((byte[]) answer.get(i)),
              (Long) answer.get(i + 1),
              Optional.of((byte[]) answer.get(i + 2)).filter(stored -> stored.length > 0)));
    }
    long closed = (Long) answer.getFirst();
    return Optional.of(
        new Page(rows, closed == 0 ? OptionalLong.empty() : OptionalLong.of(closed)));
  }
}
