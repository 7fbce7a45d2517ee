package dev.kryonix.cache.entry;

import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import dev.kryonix.kit.catalog.Catalog;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes of entries in Redis. Each changes entry, index and account in one script, so the account
 * is always the index's sum.
 */
@Singleton
public final class EntryStore {
  private static final Script WRITE = Ledger.script(EntryStore.class, "write.lua");
  private static final Script DELETE = Ledger.script(EntryStore.class, "delete.lua");
  private static final Script DISCARD = Ledger.script(EntryStore.class, "discard.lua");
  private static final Script TOUCH = Ledger.script(EntryStore.class, "touch.lua");
  private static final Script SWEEP = Ledger.script(EntryStore.class, "sweep.lua");
  private static final Script ERASE = Ledger.script(EntryStore.class, "erase.lua");
  private static final Script USAGE = Ledger.script(EntryStore.class, "usage.lua");
  private static final int ERASED_AT_ONCE = 1000;
  private static final int TERMS_BYTES = 26;
  private static final byte[] NONE = {};

  private final Keyspace keyspace;
  private final Charges charges;
  private final byte[] mobileShare;
  private final Gathering<Place, Pending> writes;

  EntryStore(Redis redis, Charges charges, Catalog catalog) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.charges = charges;
    this.writes = new Gathering<>(keyspace, this::send);
    this.mobileShare = Script.arg(Double.toString(catalog.cache().mobileMemoryShare()));
  }

  /**
   * What a tenant holds, as it is charged.
   *
   * @param keys how many entries
   * @param mobileBytes what those for phones and tablets are charged
   * @param webBytes what those for desktops and servers are charged
   */
  public record Usage(long keys, long mobileBytes, long webBytes) {
    /** All that is charged. */
    public long bytes() {
      return mobileBytes + webBytes;
    }

    Usage plus(Usage other) {
      return new Usage(
          keys + other.keys, mobileBytes + other.mobileBytes, webBytes + other.webBytes);
    }
  }

  /**
   * A write.
   *
   * @param address where
   * @param envelope what
   * @param ttl for how long
   * @param keptStale for how much longer it is kept for those who take stale values
   * @param serves whom
   * @param rule what must hold
   */
  record Write(
      EntryKey address,
      byte[] envelope,
      Duration ttl,
      Duration keptStale,
      DeviceClass serves,
      WriteRule rule) {}

  /** A tenant's bucket with the limits that hold in it: what one run of the script writes to. */
  private record Place(Bucket bucket, int spread, CacheLimits limits) {}

  private record Pending(Write write, CompletableFuture<WriteOutcome> outcome) {}

  /** Writes an entry within the limits, together with what others write to the bucket just now. */
  CompletableFuture<WriteOutcome> write(TenantSpace space, Write write, CacheLimits limits) {
    CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
    Place place = new Place(space.bucket(write.address()), space.spread(), limits);
    writes.add(place, new Pending(write, outcome), outcome);
    return outcome;
  }

  /** Runs what writes much, and sends it together at its end. */
  void gather(Runnable writing) {
    writes.gather(writing);
  }

  private CompletableFuture<?> send(Place place, List<Pending> all) {
    Bucket bucket = place.bucket();
    byte[][] keys = new byte[all.size()][];
    List<byte[]> arguments = new ArrayList<>(6 + 2 * all.size());
    arguments.add(Script.arg(place.limits().getKeys()));
    arguments.add(Script.arg(place.limits().getMemoryBytes()));
    arguments.add(Script.arg(place.spread()));
    arguments.add(Script.arg(policy(place.limits())));
    arguments.add(mobileShare);
    arguments.add(bucket.named("lease", NONE));
    for (int i = 0; i < all.size(); i++) {
      Write write = all.get(i).write();
      byte[] member = write.address().bytes();
      byte[] envelope = write.envelope();
      keys[i] = bucket.entry(member);
      arguments.add(envelope);
      arguments.add(terms(write, member, charge(bucket, member, envelope.length)));
    }
    return WRITE
        .submitBytes(
            keyspace,
            Ledger.keys(bucket, keys),
            Ledger.arguments(bucket, arguments.toArray(byte[][]::new)))
        .whenComplete((answers, failure) -> complete(all, answers, failure));
  }

  /** What write.lua is told of a write, as one text. */
  private static byte[] terms(Write write, byte[] member, int charge) {
    byte[] operand = operand(write.rule());
    return ByteBuffer.allocate(TERMS_BYTES + operand.length)
        .putInt(Ledger.digest(member))
        .putLong(write.ttl().toMillis())
        .putLong(write.keptStale().toMillis())
        .putInt(charge)
        .put((byte) (write.serves() == DeviceClass.WEB ? 1 : 0))
        .put((byte) letter(write.rule()))
        .put(operand)
        .array();
  }

  private static char letter(WriteRule rule) {
    return switch (rule) {
      case WriteRule.Always() -> 'a';
      case WriteRule.IfAbsent() -> '0';
      case WriteRule.IfPresent() -> '1';
      case WriteRule.IfVersion(long version) -> 'e';
      case WriteRule.IfLeased(String token) -> 'l';
    };
  }

  private static void complete(
      List<Pending> all, byte @Nullable [] answers, @Nullable Throwable failure) {
    for (int i = 0; i < all.size(); i++) {
      CompletableFuture<WriteOutcome> outcome = all.get(i).outcome();
      if (failure != null) {
        outcome.completeExceptionally(failure);
      } else if (answers == null || answers.length != all.size()) {
        outcome.completeExceptionally(new IllegalStateException("write.lua did not answer all"));
      } else {
        outcome.complete(written(answers[i]));
      }
    }
  }

  private static WriteOutcome written(byte answer) {
    return switch (answer) {
      case '1' -> new WriteOutcome.Written();
      case '0' -> new WriteOutcome.ConditionFailed();
      case 'k' -> new WriteOutcome.OutOfKeys();
      case 'b' -> new WriteOutcome.OutOfMemory();
      default -> throw new IllegalStateException("write.lua answered " + answer);
    };
  }

  /** What an entry is charged. */
  int charge(Bucket bucket, byte[] member, int envelopeBytes) {
    return charges.of(bucket, member, envelopeBytes);
  }

  /**
   * Deletes an entry and ends its lease. Empty when it has another version than the one given; else
   * whether there was one.
   */
  CompletableFuture<Optional<Boolean>> delete(
      TenantSpace space, EntryKey address, OptionalLong version) {
    Bucket bucket = space.bucket(address);
    byte[] member = address.bytes();
    byte[] must = version.isPresent() ? bytes(version.getAsLong()) : NONE;
    return DELETE
        .submitNumber(keyspace, keys(bucket, member), Ledger.arguments(bucket, member, must))
        .thenApply(answer -> answer < 0 ? Optional.empty() : Optional.of(answer == 1));
  }

  /** Removes the envelope that was read, whatever it is, unless it has been replaced since. */
  CompletableFuture<Long> discard(Bucket bucket, EntryKey address, byte[] stored) {
    byte[] member = address.bytes();
    byte[] beginning = Arrays.copyOf(stored, Math.min(stored.length, Head.TAGS_AT));
    return DISCARD.submitNumber(
        keyspace, keys(bucket, member), Ledger.arguments(bucket, member, beginning));
  }

  /** Gives an entry a new time to live; false when there is none. */
  CompletableFuture<Boolean> touch(TenantSpace space, EntryKey address, Duration ttl) {
    Bucket bucket = space.bucket(address);
    byte[] member = address.bytes();
    return TOUCH
        .submitNumber(
            keyspace,
            keys(bucket, member),
            Ledger.arguments(bucket, member, Script.arg(ttl.toMillis())))
        .thenApply(answer -> answer == 1);
  }

  /** Takes expired entries off the books; says whether there may be more. */
  boolean sweep(TenantSpace space, int most) {
    boolean more = false;
    for (Bucket bucket : space.buckets()) {
      more |= keyspace.await(onBucket(SWEEP, bucket, Script.arg(most))) == most;
    }
    return more;
  }

  /** Erases all that the tenant has, some at a time so that nobody else waits long. */
  public void erase(TenantSpace space) {
    for (Bucket bucket : space.buckets()) {
      long left;
      do {
        left = keyspace.await(onBucket(ERASE, bucket, Script.arg(ERASED_AT_ONCE)));
      } while (left > 0);
    }
  }

  /** What the tenant holds. */
  public Usage usage(TenantSpace space) {
    return usage(List.of(space)).getFirst();
  }

  /** What tenants hold, one answer for each, in one round trip. */
  public List<Usage> usage(List<TenantSpace> spaces) {
    List<List<CompletableFuture<Usage>>> all =
        spaces.stream().map(each -> each.buckets().stream().map(this::usageOf).toList()).toList();
    return all.stream()
        .map(
            buckets ->
                buckets.stream().map(keyspace::await).reduce(new Usage(0, 0, 0), Usage::plus))
        .toList();
  }

  /** How many entries of tenants have gone for want of room, ever, in one round trip. */
  public List<Long> evictions(List<TenantSpace> spaces) {
    return sums(spaces, Script.arg("evicted"));
  }

  /** How many entries of tenants were taken off the books as expired, ever, in one round trip. */
  public List<Long> expirations(List<TenantSpace> spaces) {
    return sums(spaces, Script.arg("expired"));
  }

  private List<Long> sums(List<TenantSpace> spaces, byte[] field) {
    List<List<CompletableFuture<Long>>> all =
        spaces.stream()
            .map(
                each ->
                    each.buckets().stream()
                        .map(bucket -> keyspace.commands().hget(bucket.account(), field))
                        .map(held -> held.toCompletableFuture().thenApply(EntryStore::number))
                        .toList())
            .toList();
    return all.stream().map(buckets -> buckets.stream().mapToLong(keyspace::await).sum()).toList();
  }

  private static long number(byte @Nullable [] text) {
    return text == null ? 0 : Long.parseLong(new String(text, StandardCharsets.US_ASCII));
  }

  private CompletableFuture<Usage> usageOf(Bucket bucket) {
    return USAGE
        .submitList(keyspace, Ledger.keys(bucket), Ledger.arguments(bucket))
        .thenApply(
            answer -> new Usage((Long) answer.get(0), (Long) answer.get(1), (Long) answer.get(2)));
  }

  private CompletableFuture<Long> onBucket(Script script, Bucket bucket, byte[] argument) {
    return script.submitNumber(keyspace, Ledger.keys(bucket), Ledger.arguments(bucket, argument));
  }

  private static byte[][] keys(Bucket bucket, byte[] member) {
    return Ledger.keys(bucket, bucket.entry(member), bucket.named("lease", member));
  }

  private static byte[] operand(WriteRule rule) {
    return switch (rule) {
      case WriteRule.IfVersion(long version) -> bytes(version);
      case WriteRule.IfLeased(String token) -> Script.arg(token);
      case WriteRule.Always(), WriteRule.IfAbsent(), WriteRule.IfPresent() -> NONE;
    };
  }

  /** Which of the tenant's entries go when it is over its quota, as the ledger calls it. */
  static String policy(CacheLimits limits) {
    CacheEviction eviction = limits.getEviction();
    return switch (eviction) {
      case CACHE_EVICTION_LRU -> "lru";
      case CACHE_EVICTION_LFU -> "lfu";
      case CACHE_EVICTION_TTL -> "ttl";
      case CACHE_EVICTION_UNSPECIFIED, CACHE_EVICTION_NONE, UNRECOGNIZED -> "none";
    };
  }

  static WriteOutcome outcome(long code) {
    return switch ((int) code) {
      case 1 -> new WriteOutcome.Written();
      case 0 -> new WriteOutcome.ConditionFailed();
      case -1 -> new WriteOutcome.OutOfKeys();
      case -2 -> new WriteOutcome.OutOfMemory();
      default -> throw new IllegalStateException("together.lua answered " + code);
    };
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }
}
