package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.Observations.Fetched;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * The entries of a tenant: reads, conditional writes under the quota, deletions. They answer by
 * futures and never wait, since the endpoint calls them on event loops; what takes the processor
 * long, such as a large value, goes to a thread of its own.
 */
@Singleton
final class Entries {
  /** A value that is compressed or opened in the time that some small calls take. */
  private static final int QUICK_BYTES = 16 * 1024;

  private final EntryStore store;
  private final EntryReads reads;
  private final Shares shares;
  private final LegacyKeys legacy;
  private final Spaces spaces;
  private final Keyspace keyspace;
  private final Envelope envelope;
  private final Ttls ttls;
  private final Modules modules;
  private final InstantSource clock;
  private final Observations observations;
  private final ReadCounts readCounts;
  private final AnswerMemory memory;
  private final Executor threads = Thread.ofVirtual().name("entry-", 0)::start;

  Entries(
      EntryStore store,
      EntryReads reads,
      Shares shares,
      LegacyKeys legacy,
      Spaces spaces,
      Redis redis,
      Envelope envelope,
      Ttls ttls,
      Modules modules,
      InstantSource clock,
      Observations observations,
      ReadCounts readCounts,
      AnswerMemory memory) {
    this.store = store;
    this.reads = reads;
    this.shares = shares;
    this.legacy = legacy;
    this.spaces = spaces;
    this.keyspace = redis.keyspace(Purpose.API);
    this.envelope = envelope;
    this.ttls = ttls;
    this.modules = modules;
    this.clock = clock;
    this.observations = observations;
    this.readCounts = readCounts;
    this.memory = memory;
  }

  /** A write as a caller asks for it; without a ttl the data type decides. */
  record Put(
      EntryKey address,
      byte[] value,
      String contentType,
      boolean absent,
      Optional<Duration> ttl,
      Device device,
      List<String> tags,
      WriteRule rule) {
    /** Whether the same write once more is answered as if it were the first. */
    boolean mayBeRepeated() {
      return rule instanceof WriteRule.Always || rule instanceof WriteRule.IfPresent;
    }
  }

  /** A write that has been sent. */
  record Pending(CompletableFuture<WriteOutcome> outcome, Put put, Entry entry) {}

  /** Reads an entry. */
  CompletableFuture<Lookup> read(TenantView tenant, EntryKey address) {
    return fetch(tenant, address).thenCompose(fetched -> openHeld(tenant, address, fetched));
  }

  /** The same as {@link #open}; what is large is held as a share of what all reads may hold. */
  CompletableFuture<Lookup> openHeld(TenantView tenant, EntryKey address, Fetched fetched) {
    int toOpen = envelope.openedBytes(fetched.found());
    if (toOpen <= QUICK_BYTES) {
      return counted(tenant, address, fetched);
    }
    AnswerMemory.Share share = memory.share(tenant.uid());
    if (!share.take(fetched.found().size() + Math.min(toOpen, Content.MAX_KEPT_BYTES))) {
      share.close();
      throw EntryErrors.answersFull();
    }
    return openOnThread(tenant, address, fetched).whenComplete((lookup, failure) -> share.close());
  }

  /** Asks for an entry, to be opened by {@link #open}. */
  CompletableFuture<Fetched> fetch(TenantView tenant, EntryKey address) {
    requireModule(tenant, address);
    return observations.timedRead(tenant, address, reads.read(spaces.of(tenant), address));
  }

  /** Writes an entry, or refuses and leaves what is there as it was. */
  CompletableFuture<Entry> write(TenantView tenant, Put put) {
    return put.value().length <= QUICK_BYTES
        ? finished(tenant, submit(tenant, put))
        : CompletableFuture.supplyAsync(() -> submit(tenant, put), threads)
            .thenCompose(pending -> finished(tenant, pending));
  }

  /** Sends a write; {@link #finish} tells what became of it. */
  Pending submit(TenantView tenant, Put put) {
    return submit(tenant, put, Duration.ZERO, Duration.ZERO);
  }

  /** Sends a write of what took so long to load, and is kept as stale for so long. */
  Pending submit(TenantView tenant, Put put, Duration loadTime, Duration keptStale) {
    requireModule(tenant, put.address());
    if (put.value().length > Content.MAX_VALUE_BYTES) {
      throw EntryErrors.valueTooLarge(put.value().length, Content.MAX_VALUE_BYTES);
    }
    Instant now = clock.instant();
    Content content =
        new Content(
            put.value(),
            put.contentType(),
            put.absent(),
            // Told apart from others, and no secret.
            ThreadLocalRandom.current().nextLong(),
            now,
            put.tags(),
            DeviceClass.of(put.device()),
            loadTime);
    Duration ttl = put.ttl().orElseGet(() -> ttls.of(put.address().type(), put.device()));
    byte[] bytes = envelope.seal(tenant, put.address(), content, !keptStale.isZero());
    TenantSpace space = spaces.of(tenant);
    EntryStore.Write write =
        new EntryStore.Write(put.address(), bytes, ttl, keptStale, content.serves(), put.rule());
    CompletableFuture<WriteOutcome> outcome =
        observations.timedWrite(
            tenant,
            put.address(),
            content.serves(),
            put.value().length,
            shares.withShare(
                space,
                tenant.limits().getCache(),
                space.number(put.address().bytes()),
                () -> store.write(space, write, tenant.limits().getCache())));
    if (!put.mayBeRepeated()) {
      outcome = Keyspace.once(outcome);
    }
    Entry entry = new Entry(content, ttl, Duration.ZERO, charge(space, put.address(), bytes), now);
    return new Pending(outcome, put, entry);
  }

  /** Waits for a write. */
  Entry finish(TenantView tenant, Pending pending) {
    CompletableFuture<Entry> entry = finished(tenant, pending);
    return pending.put().mayBeRepeated() ? await(entry) : keyspace.awaitOnce(entry);
  }

  private CompletableFuture<Entry> finished(TenantView tenant, Pending pending) {
    return pending
        .outcome()
        .thenCompose(
            outcome -> {
              Entry entry = finish(tenant, pending, outcome);
              return legacy.remove(tenant, pending.put().address()).thenApply(removed -> entry);
            });
  }

  /** The entry that was written, or why it was not. */
  Entry finish(TenantView tenant, Pending pending, WriteOutcome outcome) {
    CacheLimits limits = tenant.limits().getCache();
    return switch (outcome) {
      case WriteOutcome.Written() -> pending.entry();
      case WriteOutcome.ConditionFailed() ->
          throw EntryErrors.conditionFailed(pending.put().rule().name());
      case WriteOutcome.OutOfKeys() ->
          throw EntryErrors.quotaExceeded(tenant.id(), "cache.keys", limits.getKeys());
      case WriteOutcome.OutOfMemory() ->
          throw EntryErrors.quotaExceeded(
              tenant.id(), "cache.memory_bytes", limits.getMemoryBytes());
    };
  }

  /**
   * Deletes an entry and ends its lease. Empty when it has another version than the one given; else
   * whether there was one.
   */
  CompletableFuture<Optional<Boolean>> delete(
      TenantView tenant, EntryKey address, OptionalLong version) {
    return deleted(tenant, address, submitDelete(tenant, address, version));
  }

  /** Waits for a deletion. */
  Optional<Boolean> finishDelete(
      TenantView tenant, EntryKey address, CompletableFuture<Optional<Boolean>> sent) {
    return await(deleted(tenant, address, sent));
  }

  private CompletableFuture<Optional<Boolean>> deleted(
      TenantView tenant, EntryKey address, CompletableFuture<Optional<Boolean>> sent) {
    return sent.thenCompose(
        deleted ->
            legacy
                .remove(tenant, address)
                .thenApply(removed -> removed ? deleted.map(any -> true) : deleted));
  }

  /** Sends a deletion. */
  CompletableFuture<Optional<Boolean>> submitDelete(
      TenantView tenant, EntryKey address, OptionalLong version) {
    requireModule(tenant, address);
    CompletableFuture<Optional<Boolean>> sent = store.delete(spaces.of(tenant), address, version);
    return version.isPresent() ? Keyspace.once(sent) : sent;
  }

  /** Gives an entry a new time to live, and reads it; empty when there is none. */
  CompletableFuture<Optional<Entry>> touch(
      TenantView tenant, EntryKey address, Optional<Duration> ttl, Device device) {
    return submitTouch(tenant, address, ttl, device)
        .thenCompose(
            touched ->
                touched
                    ? read(tenant, address)
                    : CompletableFuture.completedFuture(new Lookup.Miss()))
        .thenApply(
            lookup ->
                lookup instanceof Lookup.Hit(Entry entry) ? Optional.of(entry) : Optional.empty());
  }

  /** Sends a touch; it tells whether there was an entry. */
  CompletableFuture<Boolean> submitTouch(
      TenantView tenant, EntryKey address, Optional<Duration> ttl, Device device) {
    requireModule(tenant, address);
    Duration lifetime = ttl.orElseGet(() -> ttls.of(address.type(), device));
    return store.touch(spaces.of(tenant), address, lifetime);
  }

  /** Runs what sends much, and writes it together at its end. */
  void gather(Runnable sending) {
    keyspace.gather(() -> reads.gather(() -> store.gather(sending)));
  }

  /** Waits for an answer of Redis. */
  <T> T await(CompletableFuture<T> answer) {
    return keyspace.await(answer);
  }

  /** Refuses a module that there is not, or that the tenant has not. */
  void requireModule(TenantView tenant, EntryKey address) {
    modules.require(tenant, address.module());
  }

  /**
   * What stands at an address, opened for who asks for a living entry and answers for what is held
   * meanwhile.
   */
  CompletableFuture<Lookup> open(TenantView tenant, EntryKey address, Fetched fetched) {
    return envelope.openedBytes(fetched.found()) <= QUICK_BYTES
        ? counted(tenant, address, fetched)
        : openOnThread(tenant, address, fetched);
  }

  private CompletableFuture<Lookup> openOnThread(
      TenantView tenant, EntryKey address, Fetched fetched) {
    return CompletableFuture.supplyAsync(() -> counted(tenant, address, fetched), threads)
        .thenCompose(Function.identity());
  }

  private CompletableFuture<Lookup> counted(TenantView tenant, EntryKey address, Fetched fetched) {
    return opened(tenant, spaces.of(tenant), address, fetched.found())
        .thenApply(
            lookup -> {
              observations.read(tenant, address, lookup, fetched.times());
              return lookup;
            });
  }

  /** The same, not counted; it has mostly come when this returns. */
  CompletableFuture<Lookup> opened(
      TenantView tenant, TenantSpace space, EntryKey address, Found found) {
    return switch (found) {
      case Found.Nothing() -> legacy.read(tenant, address);
      case Found.Expired(byte[] bytes, Head head) ->
          CompletableFuture.completedFuture(new Lookup.Miss());
      case Found.Invalidated(byte[] bytes, Head head) ->
          CompletableFuture.completedFuture(new Lookup.Invalidated());
      case Found.Live(byte[] bytes, Head head) -> openLive(tenant, space, address, bytes, head);
    };
  }

  /** What has expired or was made dead, opened for who takes stale values. */
  Optional<Entry> openStale(TenantView tenant, EntryKey address, Found found) {
    TenantSpace space = spaces.of(tenant);
    return switch (found) {
      case Found.Expired(byte[] bytes, Head head) -> opened(tenant, space, address, bytes, head);
      case Found.Invalidated(byte[] bytes, Head head) ->
          opened(tenant, space, address, bytes, head);
      case Found.Live(byte[] bytes, Head head) -> Optional.empty();
      case Found.Nothing() -> Optional.empty();
    };
  }

  private CompletableFuture<Lookup> openLive(
      TenantView tenant, TenantSpace space, EntryKey address, byte[] bytes, Head head) {
    Optional<Entry> entry = opened(tenant, space, address, bytes, head);
    if (entry.isEmpty()) {
      Observations.alertUnreadable(tenant, address);
      // By what was read: what has been written meanwhile stays.
      return store
          .discard(space.bucket(address), address, bytes)
          .thenApply(discarded -> new Lookup.Unreadable());
    }
    readCounts.count(tenant, space, address);
    return CompletableFuture.completedFuture(new Lookup.Hit(entry.get()));
  }

  private Optional<Entry> opened(
      TenantView tenant, TenantSpace space, EntryKey address, byte[] bytes, Head head) {
    Instant now = clock.instant();
    Duration left = Duration.between(now, head.expires());
    return envelope
        .open(tenant, address, bytes)
        .map(
            content ->
                new Entry(
                    content,
                    left.isNegative() ? Duration.ZERO : left,
                    Duration.between(content.createTime(), now),
                    charge(space, address, bytes),
                    now));
  }

  private long charge(TenantSpace space, EntryKey address, byte[] bytes) {
    return store.charge(space.bucket(address), address.bytes(), bytes.length);
  }
}
