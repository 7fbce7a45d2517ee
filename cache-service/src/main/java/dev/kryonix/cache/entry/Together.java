package dev.kryonix.cache.entry;

import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.counting.Times;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Changes of several entries of one bucket in one step, all or none, under the tenant's quota. Who
 * changes what it has read puts a {@link Held#unchanged} in each change, and reads again when that
 * no longer holds.
 */
@Singleton
public final class Together {
  private static final Script TOGETHER = Ledger.script(Together.class, "together.lua");
  private static final Script RUN = Ledger.script(Together.class, "run.lua");
  private static final byte[] NONE = {};
  private static final int MOST_ATTEMPTS = 64;
  private static final Duration PAUSE = Duration.ofMillis(1);

  private final Keyspace keyspace;
  private final EntryReads reads;
  private final EntryStore store;
  private final Shares shares;
  private final Spaces spaces;
  private final Envelope envelope;
  private final ReadCounts readCounts;
  private final Observations observations;
  private final byte[] mobileShare;

  Together(
      Redis redis,
      EntryReads reads,
      EntryStore store,
      Shares shares,
      Spaces spaces,
      Envelope envelope,
      ReadCounts readCounts,
      Observations observations,
      Catalog catalog) {
    this.keyspace = redis.keyspace(Purpose.API);
    this.reads = reads;
    this.store = store;
    this.shares = shares;
    this.spaces = spaces;
    this.envelope = envelope;
    this.readCounts = readCounts;
    this.observations = observations;
    this.mobileShare = Script.arg(Double.toString(catalog.cache().mobileMemoryShare()));
  }

  /**
   * Tries a change until nobody else's comes in between. Each time that one does, another caller
   * has got on, so few tries are enough but for an entry that all write at once.
   *
   * @param attempt empty when it is to be tried again
   */
  public <T> T until(Supplier<Optional<T>> attempt) {
    for (int i = 0; i < MOST_ATTEMPTS; i++) {
      Optional<T> outcome = attempt.get();
      if (outcome.isPresent()) {
        return outcome.get();
      }
      LockSupport.parkNanos(RandomGenerator.getDefault().nextLong(PAUSE.toNanos() * (i + 1)));
    }
    throw EntryErrors.concurrentChange();
  }

  /**
   * Reads entries of a bucket, one answer for each. What does not open is discarded and counts as
   * nothing: while it stayed, nobody could write anew what they found missing.
   */
  public List<Optional<Held>> read(TenantView tenant, int bucket, List<EntryKey> addresses) {
    if (addresses.isEmpty()) {
      return List.of();
    }
    Bucket in = spaces.of(tenant).bucket(bucket);
    long begun = System.nanoTime();
    List<Found> found = keyspace.await(reads.readOf(in, addresses));
    Times times = Times.read(Observations.since(begun));
    List<Optional<Held>> held = new ArrayList<>(found.size());
    for (int i = 0; i < found.size(); i++) {
      EntryKey address = addresses.get(i);
      if (found.get(i) instanceof Found.Live(byte[] bytes, Head head)) {
        held.add(open(tenant, in, address, bytes, head, times));
      } else {
        observations.read(tenant, address, Optional.empty(), times);
        held.add(Optional.empty());
      }
    }
    return held;
  }

  private Optional<Held> open(
      TenantView tenant, Bucket in, EntryKey address, byte[] bytes, Head head, Times times) {
    Optional<Held> held =
        envelope.open(tenant, address, bytes).map(content -> new Held(content, head.expires()));
    if (held.isEmpty()) {
      observations.unreadable(tenant, address, times);
      keyspace.await(store.discard(in, address, bytes));
      return held;
    }
    if (!address.isPlatform()) {
      readCounts.count(tenant, spaces.of(tenant), address);
    }
    observations.read(tenant, address, held, times);
    return held;
  }

  /** Reads one entry of a bucket. */
  public Optional<Held> read(TenantView tenant, int bucket, EntryKey address) {
    return read(tenant, bucket, List.of(address)).getFirst();
  }

  /** The version of an entry without its value; 0 when there is none. */
  public long version(TenantView tenant, int bucket, EntryKey address) {
    byte[] key = spaces.of(tenant).bucket(bucket).entry(address.bytes());
    byte[] version =
        keyspace.await(
            keyspace.commands().getrange(key, Head.VERSION_AT, Head.VERSION_AT + Long.BYTES - 1));
    return version.length < Long.BYTES ? 0 : ByteBuffer.wrap(version).getLong();
  }

  /**
   * Makes the changes; false when a rule does not hold and nothing was changed. Refuses when the
   * quota has no room for them.
   */
  public boolean change(TenantView tenant, int bucket, List<? extends Change> changes) {
    return change(tenant, bucket, "", changes);
  }

  /** As {@link #change}, and only in that run of Redis. */
  public boolean change(TenantView tenant, int bucket, String run, List<? extends Change> changes) {
    return outcome(tenant, keyspace.await(submit(tenant, bucket, run, changes)));
  }

  /**
   * The run of the Redis that a bucket is in: another one after a restart or a failover, which may
   * have lost the last changes.
   */
  public String run(TenantView tenant, int bucket) {
    Bucket in = spaces.of(tenant).bucket(bucket);
    byte[] run = keyspace.await(RUN.submitBytes(keyspace, Ledger.keys(in), Ledger.arguments(in)));
    return new String(run, StandardCharsets.US_ASCII);
  }

  /**
   * As {@link #change}, for what must not be done twice: when Redis is lost meanwhile, the refusal
   * says that the outcome is unknown.
   */
  public boolean changeOnce(TenantView tenant, int bucket, List<? extends Change> changes) {
    return outcome(tenant, keyspace.awaitOnce(submit(tenant, bucket, "", changes)));
  }

  private CompletableFuture<WriteOutcome> submit(
      TenantView tenant, int bucket, String run, List<? extends Change> changes) {
    TenantSpace space = spaces.of(tenant);
    CacheLimits limits = tenant.limits().getCache();
    byte[][] keys = keys(space.bucket(bucket), changes);
    byte[][] arguments = arguments(tenant, space, bucket, run, changes);
    CompletableFuture<WriteOutcome> sent =
        shares.withShare(
            space,
            limits,
            bucket,
            () -> TOGETHER.submitNumber(keyspace, keys, arguments).thenApply(EntryStore::outcome));
    for (Change change : changes) {
      sent = observed(tenant, change, sent);
    }
    return sent;
  }

  private CompletableFuture<WriteOutcome> observed(
      TenantView tenant, Change change, CompletableFuture<WriteOutcome> sent) {
    if (!(change instanceof Change.Put put)) {
      return sent;
    }
    Content content = put.content();
    return observations.timedWrite(tenant, put.address(), content.serves(), content.size(), sent);
  }

  private static boolean outcome(TenantView tenant, WriteOutcome outcome) {
    CacheLimits limits = tenant.limits().getCache();
    return switch (outcome) {
      case WriteOutcome.Written() -> true;
      case WriteOutcome.ConditionFailed() -> false;
      case WriteOutcome.OutOfKeys() ->
          throw EntryErrors.quotaExceeded(tenant.id(), "cache.keys", limits.getKeys());
      case WriteOutcome.OutOfMemory() ->
          throw EntryErrors.quotaExceeded(
              tenant.id(), "cache.memory_bytes", limits.getMemoryBytes());
    };
  }

  /** What an entry with that content is charged, in bytes. */
  public int charge(TenantView tenant, int bucket, Change.Put put) {
    byte[] sealed = envelope.seal(tenant, put.address(), put.content(), false, put.secret());
    return store.charge(spaces.of(tenant).bucket(bucket), put.address().bytes(), sealed.length);
  }

  private static byte[][] keys(Bucket bucket, List<? extends Change> changes) {
    return Ledger.keys(
        bucket,
        changes.stream()
            .map(change -> bucket.entry(change.address().bytes()))
            .toArray(byte[][]::new));
  }

  private byte[][] arguments(
      TenantView tenant,
      TenantSpace space,
      int number,
      String run,
      List<? extends Change> changes) {
    Bucket bucket = space.bucket(number);
    CacheLimits limits = tenant.limits().getCache();
    List<byte[]> all = new ArrayList<>(7 + changes.size() * 9);
    all.add(Script.arg(limits.getKeys()));
    all.add(Script.arg(limits.getMemoryBytes()));
    all.add(Script.arg(space.spread()));
    all.add(Script.arg(EntryStore.policy(limits)));
    all.add(mobileShare);
    all.add(bucket.named("lease", NONE));
    all.add(Script.arg(run));
    for (Change change : changes) {
      byte[] member = change.address().bytes();
      byte[] sealed = NONE;
      byte[] ttl = NONE;
      byte[] serves = DeviceClass.MOBILE.label();
      String what = "remove";
      if (change instanceof Change.Put put) {
        what = "put";
        sealed = envelope.seal(tenant, put.address(), put.content(), false, put.secret());
        ttl = Script.arg(Math.max(1, put.ttl().toMillis()));
        serves = put.content().serves().label();
      } else if (change instanceof Change.Extend extend) {
        what = "extend";
        ttl = Script.arg(Math.max(1, extend.ttl().toMillis()));
      }
      all.add(Script.arg(what));
      all.add(member);
      all.add(Script.arg(change.rule().name()));
      all.add(operand(change.rule()));
      all.add(sealed.length == 0 ? NONE : Arrays.copyOf(sealed, Head.STAMP_AT));
      all.add(sealed.length == 0 ? NONE : Arrays.copyOfRange(sealed, Head.TAGS_AT, sealed.length));
      all.add(ttl);
      all.add(Script.arg(sealed.length == 0 ? 0 : store.charge(bucket, member, sealed.length)));
      all.add(serves);
    }
    return Ledger.arguments(bucket, all.toArray(byte[][]::new));
  }

  private static byte[] operand(WriteRule rule) {
    return rule instanceof WriteRule.IfVersion(long version)
        ? ByteBuffer.allocate(Long.BYTES).putLong(version).array()
        : NONE;
  }
}
