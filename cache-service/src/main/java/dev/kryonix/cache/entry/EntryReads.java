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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads of entries in Redis: one MGET for each bucket, together with the bucket's marks, and so one
 * round trip for each shard. Only while tags are invalidated and not all of their entries are
 * removed, entries that carry tags cost another.
 */
@Singleton
public final class EntryReads {
  private final Keyspace keyspace;
  private final InstantSource clock;
  private final Gathering<Bucket, Wanted> wanted;

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
    List<byte[]> keys = new ArrayList<>(all.size() + 1);
    keys.add(bucket.named("marks"));
    all.forEach(each -> keys.add(bucket.entry(each.address().bytes())));
    return keyspace
        .values(keys)
        .whenComplete(
            (values, failure) -> {
              if (failure == null) {
                Marks marks = Marks.parse(values.getFirst());
                for (int i = 0; i < all.size(); i++) {
                  Wanted each = all.get(i);
                  answer(each, judgeAll(bucket, each.address(), values.get(i + 1), marks));
                }
              } else if (Keyspace.isTryAgain(failure)) {
                all.forEach(each -> answer(each, alone(bucket, each.address())));
              } else {
                all.forEach(each -> each.found().completeExceptionally(failure));
              }
            });
  }

  /**
   * Reads an entry and the marks each by itself: while a slot moves, Redis has an answer to
   * commands of one key only.
   */
  private CompletableFuture<Found> alone(Bucket bucket, EntryKey address) {
    return get(bucket.entry(address.bytes()))
        .thenCombine(
            get(bucket.named("marks")),
            (stored, marks) ->
                judgeAll(bucket, address, stored.orElse(null), Marks.parse(marks.orElse(null))))
        .thenCompose(found -> found);
  }

  private static void answer(Wanted wanted, CompletableFuture<Found> found) {
    Object unused =
        found.whenComplete((judged, failure) -> complete(wanted.found(), judged, failure));
  }

  private static void complete(
      CompletableFuture<Found> answer, @Nullable Found found, @Nullable Throwable failure) {
    if (found != null) {
      answer.complete(found);
    } else {
      answer.completeExceptionally(
          failure == null ? new IllegalStateException("nothing was found out") : cause(failure));
    }
  }

  /** Reads entries, one answer for each address; what is not an envelope counts as nothing. */
  public CompletableFuture<List<Found>> read(TenantSpace space, List<EntryKey> addresses) {
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
        all.add(read(space.bucket(number), addresses, some, found));
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(done -> List.of(found));
  }

  /** Reads entries that are in one bucket, whatever their addresses say. */
  public CompletableFuture<List<Found>> readOf(Bucket bucket, List<EntryKey> addresses) {
    Found[] found = new Found[addresses.size()];
    return read(bucket, addresses, IntStream.range(0, found.length).boxed().toList(), found)
        .thenApply(done -> List.of(found));
  }

  private CompletableFuture<?> read(
      Bucket bucket, List<EntryKey> addresses, List<Integer> places, Found[] found) {
    List<byte[]> keys = new ArrayList<>(places.size() + 1);
    keys.add(bucket.named("marks"));
    places.forEach(place -> keys.add(bucket.entry(addresses.get(place).bytes())));
    return keyspace
        .values(keys)
        .thenCompose(
            values -> {
              Marks marks = Marks.parse(values.getFirst());
              List<CompletableFuture<?>> doubtful = new ArrayList<>();
              for (int i = 0; i < places.size(); i++) {
                int place = places.get(i);
                Found first = judge(addresses.get(place), values.get(i + 1), marks);
                found[place] = first;
                if (isDoubtful(first, marks)) {
                  doubtful.add(byTags(bucket, first).thenAccept(each -> found[place] = each));
                }
              }
              return CompletableFuture.allOf(doubtful.toArray(CompletableFuture[]::new));
            });
  }

  private CompletableFuture<Found> judgeAll(
      Bucket bucket, EntryKey address, byte @Nullable [] stored, Marks marks) {
    Found first = judge(address, stored, marks);
    return isDoubtful(first, marks)
        ? byTags(bucket, first)
        : CompletableFuture.completedFuture(first);
  }

  /** What stands at an address, whatever has become of its tags. */
  private Found judge(EntryKey address, byte @Nullable [] stored, Marks marks) {
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
        : live(stored, head);
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
  private Found live(byte[] stored, Head head) {
    return head.has(Head.KEPT_STALE) && !head.expires().isAfter(clock.instant())
        ? new Found.Expired(stored, head)
        : new Found.Live(stored, head);
  }

  private CompletableFuture<List<byte @Nullable []>> invalidations(Bucket bucket, Head head) {
    var arguments = Keyspace.arguments().addKey(bucket.named("tags"));
    head.digests().forEach(arguments::add);
    return keyspace.send(
        CommandType.HMGET, new ValueListOutput<>(ByteArrayCodec.INSTANCE), arguments);
  }

  private CompletableFuture<Optional<byte[]>> get(byte[] key) {
    return keyspace
        .send(
            CommandType.GET,
            new ValueOutput<>(ByteArrayCodec.INSTANCE),
            Keyspace.arguments().addKey(key))
        .thenApply(Optional::ofNullable);
  }

  private static long number(byte[] text) {
    return Long.parseLong(new String(text, StandardCharsets.US_ASCII));
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
