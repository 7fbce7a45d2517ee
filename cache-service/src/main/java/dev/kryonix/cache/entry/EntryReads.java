package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandType;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads of entries in Redis: one MGET for each bucket, together with the bucket's marks, and so one
 * round trip for each shard. Only while tags are invalidated and not all of their entries are
 * removed, entries that carry tags cost another.
 */
@Singleton
public final class EntryReads {
  /** In the place of a tag: whatever carries one. */
  private static final byte[] ANY_TAG = {'*'};

  /** Of any size, since what they come to is not bounded otherwise; the marks come first. */
  private static final int MOST_ALONE = 1 + 8;

  private final Keyspace keyspace;
  private final InstantSource clock;
  private final Gathering<Bucket, Wanted> wanted;
  private final ReadAmounts amounts = new ReadAmounts();

  EntryReads(Redis redis, InstantSource clock) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.clock = clock;
    this.wanted = new Gathering<>(keyspace, this::send);
  }

  private record Wanted(EntryKey address, CompletableFuture<Found> found) {}

  /** Reads one entry, together with what others read of the bucket just now. */
  CompletableFuture<Found> read(TenantSpace space, EntryKey address) {
    CompletableFuture<Found> found = new CompletableFuture<>();
    wanted.add(space.bucket(address), new Wanted(address, found), found);
    return found;
  }

  /** Runs what reads much, and sends it together at its end. */
  void gather(Runnable reading) {
    wanted.gather(reading);
  }

  private CompletableFuture<?> send(Bucket bucket, List<Wanted> all) {
    return readOf(bucket, all.stream().map(Wanted::address).toList(), ReadAmounts.MOST_BYTES)
        .thenCompose(
            found -> {
              for (int i = 0; i < found.size(); i++) {
                all.get(i).found().complete(found.get(i));
              }
              return found.size() == all.size()
                  ? CompletableFuture.completedFuture(null)
                  : send(bucket, all.subList(found.size(), all.size()));
            });
  }

  /**
   * Reads the first of these entries, one at least: as many as come to what may be held at once.
   * What is not an envelope counts as nothing.
   */
  CompletableFuture<List<Found>> readFirst(TenantSpace space, List<EntryKey> addresses) {
    if (space.spread() == 1) {
      return readOf(space.bucket(0), addresses, ReadAmounts.MOST_BYTES);
    }
    List<List<Integer>> places = new ArrayList<>();
    for (int i = 0; i < space.spread(); i++) {
      places.add(new ArrayList<>());
    }
    for (int i = 0; i < addresses.size(); i++) {
      places.get(space.number(addresses.get(i).bytes())).add(i);
    }
    Found[] found = new Found[addresses.size()];
    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int number = 0; number < places.size(); number++) {
      List<Integer> some = places.get(number);
      if (!some.isEmpty()) {
        all.add(
            readOf(
                    space.bucket(number),
                    some.stream().map(addresses::get).toList(),
                    ReadAmounts.MOST_BYTES / space.spread())
                .thenAccept(
                    each -> {
                      for (int i = 0; i < each.size(); i++) {
                        found[some.get(i)] = each.get(i);
                      }
                    }));
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(done -> beforeTheFirstGap(found));
  }

  private static List<Found> beforeTheFirstGap(Found[] found) {
    int gap = 0;
    while (gap < found.length && found[gap] != null) {
      gap++;
    }
    return Arrays.asList(found).subList(0, gap);
  }

  /**
   * Reads entries that are in one bucket, whatever their addresses say; one answer for each, for
   * who knows that all of them may be held at once.
   */
  public CompletableFuture<List<Found>> readOf(Bucket bucket, List<EntryKey> addresses) {
    return readOf(bucket, addresses, ReadAmounts.MOST_BYTES)
        .thenCompose(
            found ->
                found.size() == addresses.size()
                    ? CompletableFuture.completedFuture(found)
                    : readOf(bucket, addresses.subList(found.size(), addresses.size()))
                        .thenApply(rest -> Stream.of(found, rest).flatMap(List::stream).toList()));
  }

  /** Reads the first of entries, one at least, as many as come to so many bytes. */
  @SuppressWarnings("NullAway") // It forgets in a future that an element may be null.
  private CompletableFuture<List<Found>> readOf(
      Bucket bucket, List<EntryKey> wanted, long mostBytes) {
    int amount = amounts.of(bucket);
    List<EntryKey> addresses = wanted.size() <= amount ? wanted : wanted.subList(0, amount);
    List<byte[]> keys = new ArrayList<>(addresses.size() + 1);
    keys.add(bucket.named("marks"));
    addresses.forEach(address -> keys.add(bucket.entry(address.bytes())));
    return keyspace
        .values(keys, mostBytes)
        .exceptionallyCompose(
            failure ->
                Keyspace.isTryAgain(failure)
                    ? eachAlone(keys)
                    : CompletableFuture.<List<byte @Nullable []>>failedFuture(failure))
        .thenCompose(
            values -> {
              amounts.came(bucket, addresses.size(), values);
              return judged(bucket, addresses, values);
            });
  }

  /**
   * The values of the first keys, each by itself: while a slot moves, Redis has an answer to
   * commands of one key only.
   */
  private CompletableFuture<List<byte @Nullable []>> eachAlone(List<byte[]> keys) {
    List<CompletableFuture<byte[]>> values =
        keys.stream().limit(MOST_ALONE).map(this::get).toList();
    return CompletableFuture.allOf(values.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              List<byte @Nullable []> all = new ArrayList<>(values.size());
              values.forEach(value -> all.add(value.join()));
              return all;
            });
  }

  /** What stands at addresses, by the marks, which come first among the values, and by tags. */
  private CompletableFuture<List<Found>> judged(
      Bucket bucket, List<EntryKey> addresses, List<byte @Nullable []> values) {
    Marks marks = Marks.parse(values.getFirst());
    Instant now = clock.instant();
    Found[] found = new Found[values.size() - 1];
    List<CompletableFuture<?>> doubtful = new ArrayList<>(0);
    for (int i = 0; i < found.length; i++) {
      int place = i;
      found[i] = judge(addresses.get(i), values.get(i + 1), marks, now);
      if (isDoubtful(found[i], marks)) {
        doubtful.add(byTags(bucket, found[i]).thenAccept(each -> found[place] = each));
      }
    }
    return doubtful.isEmpty()
        ? CompletableFuture.completedFuture(Arrays.asList(found))
        : CompletableFuture.allOf(doubtful.toArray(CompletableFuture[]::new))
            .thenApply(done -> Arrays.asList(found));
  }

  /** What stands at an address, whatever has become of its tags. */
  private static Found judge(EntryKey address, byte @Nullable [] stored, Marks marks, Instant now) {
    if (stored == null) {
      return new Found.Nothing();
    }
    Head head = Head.of(stored).orElse(null);
    if (head == null) {
      // Whatever it is, opening it will tell that it is not the tenant's.
      return new Found.Live(stored, new Head(0, 0, 0, Instant.MAX, List.of()));
    }
    return marks.hasFlushed(address, head.stamp())
        ? new Found.Invalidated(stored, head)
        : live(stored, head, now);
  }

  /** Whether the tags of what was found may have been invalidated since it was written. */
  private static boolean isDoubtful(Found found, Marks marks) {
    return marks.tags()
        && switch (found) {
          case Found.Nothing() -> false;
          case Found.Invalidated(byte[] bytes, Head head) -> false;
          case Found.Live(byte[] bytes, Head head) -> !head.digests().isEmpty();
          case Found.Expired(byte[] bytes, Head head) -> !head.digests().isEmpty();
        };
  }

  private CompletableFuture<Found> byTags(Bucket bucket, Found found) {
    return switch (found) {
      case Found.Nothing() -> CompletableFuture.completedFuture(found);
      case Found.Invalidated(byte[] bytes, Head head) -> CompletableFuture.completedFuture(found);
      case Found.Live(byte[] bytes, Head head) -> byTags(bucket, found, bytes, head);
      case Found.Expired(byte[] bytes, Head head) -> byTags(bucket, found, bytes, head);
    };
  }

  private CompletableFuture<Found> byTags(Bucket bucket, Found found, byte[] stored, Head head) {
    return invalidations(bucket, head)
        .thenApply(
            stamps ->
                stamps.stream().anyMatch(stamp -> stamp != null && head.stamp() < number(stamp))
                    ? new Found.Invalidated(stored, head)
                    : found);
  }

  /** Redis ends the life of an entry; only one that is kept as stale outlives its time here. */
  private static Found live(byte[] stored, Head head, Instant now) {
    return head.has(Head.KEPT_STALE) && !head.expires().isAfter(now)
        ? new Found.Expired(stored, head)
        : new Found.Live(stored, head);
  }

  private CompletableFuture<List<byte @Nullable []>> invalidations(Bucket bucket, Head head) {
    var arguments = Keyspace.arguments().addKey(bucket.named("tags")).add(ANY_TAG);
    head.digests().forEach(arguments::add);
    return keyspace.send(
        CommandType.HMGET, new ValueListOutput<>(ByteArrayCodec.INSTANCE), arguments);
  }

  private CompletableFuture<byte[]> get(byte[] key) {
    return keyspace.send(
        CommandType.GET,
        new ValueOutput<>(ByteArrayCodec.INSTANCE),
        Keyspace.arguments().addKey(key));
  }

  private static long number(byte[] text) {
    return Long.parseLong(new String(text, StandardCharsets.US_ASCII));
  }
}
