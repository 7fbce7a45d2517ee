package dev.kryonix.kit.nearcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.kryonix.api.cache.v1.FlushScope;
import dev.kryonix.api.cache.v1.WatchResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The copies of a near cache. A copy is used only while everything that happens to its entry is
 * told, or was until less than the bound on staleness ago.
 *
 * <p>A value that was on its way here when its entry changed is not kept: a load remembers what was
 * told before it began, and is kept only if nothing that may concern it was told since. Reads take
 * no lock; what is told and what is kept take one, since both are rare beside reads. A copy whose
 * time is over goes when it is asked for, or when its room is needed: a wheel of timers would make
 * each read dearer.
 */
final class Copies {
  /** Changes are counted by hash: a load that is not kept for another key's sake does no harm. */
  private static final int STRIPES = 1024;

  /** What the objects of a copy and its place in the table take, about. */
  private static final int OVERHEAD_BYTES = 240;

  private final NearCacheConfig config;
  private final Ticker ticker;
  private final Cache<CacheKey, Copy> copies;
  private final ReentrantLock order = new ReentrantLock();
  private final long[] changes = new long[STRIPES];
  private long sweeps;
  private boolean told;
  private volatile long usedUntil;

  Copies(NearCacheConfig config, Ticker ticker) {
    this.config = config;
    this.ticker = ticker;
    this.usedUntil = ticker.read();
    this.copies =
        Caffeine.newBuilder()
            .maximumWeight(config.maxBytes())
            .weigher(Copies::bytes)
            .executor(Runnable::run)
            .recordStats()
            .build();
  }

  /** A copy, and when by the ticker it ends. */
  private record Copy(Optional<NearEntry> entry, List<String> tags, long expires) {}

  /** A value on its way here. */
  record Load(CacheKey key, long began, long change, long sweep, boolean told) {}

  /** The copy of an entry, when there is one that may be used. */
  Optional<NearEntry> find(CacheKey key) {
    // In this order: whoever sees the time extended by a new watch sees no copy from before it.
    long now = ticker.read();
    if (now - usedUntil >= 0) {
      return Optional.empty();
    }
    Copy copy = copies.getIfPresent(key);
    if (copy == null) {
      return Optional.empty();
    }
    if (now - copy.expires() >= 0) {
      copies.asMap().remove(key, copy);
      return Optional.empty();
    }
    return copy.entry();
  }

  /** Begins a load, before the entry is asked for. */
  Load begin(CacheKey key) {
    order.lock();
    try {
      return new Load(key, ticker.read(), changes[stripe(key)], sweeps, told);
    } finally {
      order.unlock();
    }
  }

  /** Keeps what was loaded, unless something was told meanwhile that may concern it. */
  void keep(Load load, NearEntry entry, Duration ttl, List<String> tags) {
    if (!config.scope().covers(load.key())) {
      return;
    }
    Duration life = ttl.compareTo(config.maxAge()) < 0 ? ttl : config.maxAge();
    Copy copy = new Copy(Optional.of(entry), List.copyOf(tags), load.began() + life.toNanos());
    order.lock();
    try {
      if (load.told()
          && told
          && load.sweep() == sweeps
          && load.change() == changes[stripe(load.key())]) {
        copies.put(load.key(), copy);
      }
    } finally {
      order.unlock();
    }
  }

  /** An entry has changed. */
  void changed(CacheKey key) {
    order.lock();
    try {
      changes[stripe(key)]++;
      copies.invalidate(key);
    } finally {
      order.unlock();
    }
  }

  /** From now on everything is told; what happened before may not have been. */
  void connected() {
    order.lock();
    try {
      drop(copy -> true);
      told = true;
      usedUntil = ticker.read() + config.staleness().toNanos();
    } finally {
      order.unlock();
    }
  }

  /** Nothing is told any more; copies are used for a while yet, and new ones are not kept. */
  void disconnected() {
    order.lock();
    try {
      told = false;
    } finally {
      order.unlock();
    }
  }

  /** Drops all copies. */
  void clear() {
    order.lock();
    try {
      drop(copy -> true);
    } finally {
      order.unlock();
    }
  }

  /** Takes what a watch tells, in its order. */
  void take(WatchResponse event) {
    order.lock();
    try {
      if (ticker.read() - usedUntil >= 0) {
        // So late that what else is late may concern copies that must not come into use again.
        drop(copy -> true);
      }
      switch (event.getEventCase()) {
        case WRITTEN -> changed(CacheKey.of(event.getWritten()));
        case DELETED -> changed(CacheKey.of(event.getDeleted()));
        case EXPIRED -> changed(CacheKey.of(event.getExpired()));
        case INVALIDATED_TAG -> drop(of -> of.copy().tags().contains(event.getInvalidatedTag()));
        case FLUSHED -> drop(of -> isFlushed(of.key(), event.getFlushed()));
        // What a later contract tells is not known to be harmless.
        case MISSED, EVENT_NOT_SET -> drop(copy -> true);
        case HEARTBEAT -> {}
      }
      usedUntil = ticker.read() + config.staleness().toNanos();
    } finally {
      order.unlock();
    }
  }

  /** What there is, and how it was used. */
  NearCacheStats stats() {
    var counted = copies.stats();
    copies.cleanUp();
    long bytes = copies.policy().eviction().map(bound -> bound.weightedSize().orElse(0)).orElse(0L);
    return new NearCacheStats(
        copies.estimatedSize(),
        bytes,
        counted.hitCount(),
        counted.missCount(),
        counted.evictionCount());
  }

  private record Kept(CacheKey key, Copy copy) {}

  private void drop(Predicate<Kept> which) {
    sweeps++;
    copies
        .asMap()
        .entrySet()
        .removeIf(each -> which.test(new Kept(each.getKey(), each.getValue())));
  }

  private static boolean isFlushed(CacheKey key, FlushScope scope) {
    return (scope.getModule().isEmpty() || scope.getModule().equals(key.module()))
        && (scope.getType().isEmpty() || scope.getType().equals(key.type()));
  }

  private static int stripe(CacheKey key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (STRIPES - 1);
  }

  private static int bytes(CacheKey key, Copy copy) {
    NearEntry entry = copy.entry().orElseThrow();
    long chars =
        key.module().length()
            + key.type().length()
            + key.key().length()
            + entry.contentType().length()
            + entry.etag().length()
            + copy.tags().stream().mapToLong(String::length).sum();
    return (int) (OVERHEAD_BYTES + 2 * chars + entry.value().size());
  }
}
