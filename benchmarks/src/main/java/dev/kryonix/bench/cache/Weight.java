package dev.kryonix.bench.cache;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What entries take in Redis's memory beside what plain Redis takes for the same keys and values
 * with the same time to live.
 *
 * @param entries of all tenants
 * @param tenants whose they are
 * @param plain bytes of an entry that a program has written into Redis itself, its key {@code
 *     tenant:ID:module:type:key}
 * @param ours bytes of an entry of ours
 * @param header bytes that stand before the value in ours
 * @param key bytes that our key is longer by
 */
record Weight(long entries, int tenants, double plain, double ours, int header, int key) {
  static final int SIZE = Values.SMALL;

  /** Redis frees what was deleted in the background. */
  private static final Duration FREED_WITHIN = Duration.ofSeconds(30);

  private static final int WRITTEN_AT_ONCE = 20_000;
  private static final int ENOUGH_KEYS = 100;

  /** What an entry takes beside what plain Redis takes. */
  double overhead() {
    return ours - plain;
  }

  /** What the books take of it: the rest is the header and the longer key. */
  double books() {
    return overhead() - header - key;
  }

  /** A tenant whose entries are weighed. */
  interface Writer {
    /** The tenant's id. */
    String tenant();

    /** The tenant's cache. */
    Peer peer();
  }

  static Weight of(List<? extends Writer> writers, int keys, Plain plain)
      throws InterruptedException {
    StatefulRedisConnection<String, byte[]> connection = plain.admin().connection();
    long entries = (long) writers.size() * keys;
    byte[] value = Values.of(SIZE);

    long empty = used(connection.sync());
    for (Writer writer : writers) {
      try (LettucePeer peer = plain.ofTenant(writer.tenant())) {
        write(peer, keys, value);
      }
    }
    long taken = used(connection.sync()) - empty;
    Object unused = connection.sync().flushdb();
    long base = settled(connection.sync());
    for (Writer writer : writers) {
      write(writer.peer(), keys, value);
    }
    long ours = used(connection.sync()) - base;

    String id = writers.getFirst().tenant();
    String someKey = someKey(connection, id);
    int stored = Math.toIntExact(onDatabase(connection, someKey));
    String plainKey = Plain.prefix(id) + key(0);
    return new Weight(
        entries,
        writers.size(),
        (double) taken / entries,
        (double) ours / entries,
        stored - SIZE,
        someKey.length() - plainKey.length());
  }

  /** How a program's own entries are written into plain Redis. */
  interface Plain {
    LettucePeer admin();

    LettucePeer ofTenant(String tenant);

    static String prefix(String tenant) {
      return "tenant:" + tenant + ":crm:temp:";
    }
  }

  private static void write(Peer peer, int keys, byte[] value) throws InterruptedException {
    for (int from = 0; from < keys; from += WRITTEN_AT_ONCE) {
      peer.setAll(
          IntStream.range(from, Math.min(keys, from + WRITTEN_AT_ONCE))
              .mapToObj(Weight::key)
              .toList(),
          value);
    }
  }

  private static String key(int number) {
    return "patient:%08d".formatted(number);
  }

  /** The key of one of the tenant's entries as it stands in Redis. */
  private static String someKey(StatefulRedisConnection<String, byte[]> connection, String id) {
    RedisCommands<String, byte[]> redis = connection.sync();
    for (int database = 0; database < Surroundings.PLAIN_DATABASE; database++) {
      Object unused = redis.select(database);
      ScanArgs some = ScanArgs.Builder.matches("tenant:{" + id + ".*:crm:temp:*").limit(1000);
      List<String> found = new ArrayList<>();
      ScanCursor cursor = ScanCursor.INITIAL;
      do {
        KeyScanCursor<String> page = redis.scan(cursor, some);
        found.addAll(page.getKeys());
        cursor = page;
      } while (!cursor.isFinished() && found.size() < ENOUGH_KEYS);
      if (!found.isEmpty()) {
        return found.getFirst();
      }
    }
    throw new IllegalStateException("no entry of " + id + " is in Redis");
  }

  private static long onDatabase(StatefulRedisConnection<String, byte[]> connection, String key) {
    long length = connection.sync().strlen(key);
    Object unused = connection.sync().select(Surroundings.PLAIN_DATABASE);
    return length;
  }

  /** Memory in use once it falls no more. */
  private static long settled(RedisCommands<String, byte[]> redis) throws InterruptedException {
    long deadline = System.nanoTime() + FREED_WITHIN.toNanos();
    long before = used(redis);
    while (System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(300);
      long now = used(redis);
      if (now >= before) {
        return now;
      }
      before = now;
    }
    return before;
  }

  /** Memory in use for data: without buffers of clients and of the append-only file. */
  private static long used(RedisCommands<String, byte[]> redis) {
    String info = redis.info("memory");
    return field(info, "used_memory")
        - field(info, "mem_not_counted_for_evict")
        - field(info, "mem_clients_normal")
        - field(info, "mem_replication_backlog");
  }

  private static long field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("Redis does not tell " + name));
  }
}
