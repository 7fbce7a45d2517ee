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

  private void send(Bucket bucket, List<Wanted> all) {
    List<byte[]> keys = new ArrayList<>(all.size() + 1);
    keys.add(bucket.named("marks"));
    all.forEach(each -> keys.add(bucket.entry(each.address().bytes())));
    Object unused =
        keyspace
            .values(keys)
            .whenComplete(
                (values, failure) -> {
                  if (failure == null) {
                    Marks marks = Marks.parse(values.getFirst());
                    for (int i = 0; i < all.size(); i++) {
                      Wanted each = all.get(i);
                      answer(each, judge(bucket, each.address(), values.get(i + 1), marks));
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
                judge(bucket, address, stored.orElse(null), Marks.parse(marks.orElse(null))))
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

  private CompletableFuture<Void> read(
      Bucket bucket, List<EntryKey> addresses, List<Integer> places, Found[] found) {
    List<byte[]> keys = new ArrayList<>(places.size() + 1);
    keys.add(bucket.named("marks"));
    places.forEach(place -> keys.add(bucket.entry(addresses.get(place).bytes())));
    return keyspace
        .values(keys)
        .thenCompose(
            values -> {
              Marks marks = Marks.parse(values.getFirst());
              List<CompletableFuture<?>> all = new ArrayList<>(places.size());
              for (int i = 0; i < places.size(); i++) {
                int place = places.get(i);
                all.add(
                    judge(bucket, addresses.get(place), values.get(i + 1), marks)
                        .thenAccept(each -> found[place] = each));
              }
              return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
            });
  }

  private CompletableFuture<Found> judge(
      Bucket bucket, EntryKey address, byte @Nullable [] stored, Marks marks) {
    if (stored == null) {
      return CompletableFuture.completedFuture(new Found.Nothing());
    }
    Head head = Head.of(stored).orElse(null);
    if (head == null) {
      // Whatever it is, opening it will tell that it is not the tenant's.
      Head unreadable = new Head(0, 0, 0, Instant.MAX, List.of());
      return CompletableFuture.completedFuture(new Found.Live(stored, unreadable));
    }
    if (marks.hasFlushed(address, head.stamp())) {
      return CompletableFuture.completedFuture(new Found.Invalidated(stored, head));
    }
    if (marks.tags() && !head.digests().isEmpty()) {
      return invalidations(bucket, head)
          .thenApply(
              stamps ->
                  stamps.stream().anyMatch(stamp -> stamp != null && head.stamp() < number(stamp))
                      ? new Found.Invalidated(stored, head)
                      : live(stored, head));
    }
    return CompletableFuture.completedFuture(live(stored, head));
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
