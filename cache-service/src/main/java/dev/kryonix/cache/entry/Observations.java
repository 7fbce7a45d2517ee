package dev.kryonix.cache.entry;

import dev.kryonix.cache.counting.Counters;
import dev.kryonix.cache.counting.Namespace;
import dev.kryonix.cache.counting.Times;
import dev.kryonix.cache.counting.Use;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.state.TenantView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts reads by module, data type and outcome, and the sizes of what is written by module, data
 * type and device, for all tenants as metrics and for each as its figures. Data types that the
 * catalogue does not know are counted together, so that what callers invent makes no metrics. Reads
 * and writes as RPCs, with their latency, are counted by the kit.
 */
@Singleton
public final class Observations {
  private static final Logger LOG = LoggerFactory.getLogger(Observations.class);
  private static final String OTHER = "other";

  private final MeterRegistry metrics;
  private final Catalog catalog;
  private final Counters counters;
  private final Map<Read, Counter> reads = new ConcurrentHashMap<>();
  private final Map<Written, DistributionSummary> sizes = new ConcurrentHashMap<>();

  Observations(MeterRegistry metrics, Catalog catalog, Counters counters) {
    this.metrics = metrics;
    this.catalog = catalog;
    this.counters = counters;
  }

  private record Read(String module, String type, String outcome) {}

  private record Written(String module, String type, DeviceClass serves) {}

  /**
   * What was read at addresses. Those of one module and type that stand together are counted
   * together, since a batch is mostly of one.
   *
   * @param times how long each of the reads took
   */
  void read(TenantView tenant, List<EntryKey> addresses, List<Lookup> lookups, Times times) {
    int from = 0;
    for (int to = 1; to <= addresses.size(); to++) {
      EntryKey first = addresses.get(from);
      if (to == addresses.size() || !isOfOneNamespace(first, addresses.get(to))) {
        readOfOne(tenant, first, lookups.subList(from, to), times);
        from = to;
      }
    }
  }

  private static boolean isOfOneNamespace(EntryKey one, EntryKey other) {
    return one.type().equals(other.type()) && one.module().equals(other.module());
  }

  private void readOfOne(TenantView tenant, EntryKey address, List<Lookup> lookups, Times times) {
    long hits = 0;
    long bytes = 0;
    long absent = 0;
    long invalidated = 0;
    long unreadable = 0;
    for (Lookup lookup : lookups) {
      switch (lookup) {
        case Lookup.Hit(Entry entry) -> {
          hits++;
          bytes += entry.content().size();
        }
        case Lookup.Miss() -> absent++;
        case Lookup.Invalidated() -> invalidated++;
        case Lookup.Unreadable() -> unreadable++;
      }
    }
    counters.add(
        namespace(tenant, address),
        new Use(hits, lookups.size() - hits, unreadable, bytes, 0, 0, times.of(lookups.size())));
    count(address, "hit", hits);
    count(address, "miss", absent);
    count(address, "invalidated", invalidated);
    count(address, "unreadable", unreadable);
  }

  /** What was read at an address. */
  void read(TenantView tenant, EntryKey address, Lookup lookup, Times times) {
    readOfOne(tenant, address, List.of(lookup), times);
  }

  private void count(EntryKey address, String outcome, long times) {
    if (times > 0) {
      Read read = new Read(address.module(), type(address), outcome);
      Counter known = reads.get(read);
      (known != null ? known : reads.computeIfAbsent(read, this::counter))
          .increment((double) times);
    }
  }

  private Counter counter(Read read) {
    return metrics.counter(
        "kryonix.cache.reads",
        "module",
        read.module(),
        "type",
        read.type(),
        "outcome",
        read.outcome());
  }

  /** What was read of a structure, or of what is the platform's own. */
  void read(TenantView tenant, EntryKey address, Optional<Held> held, Times times) {
    Namespace namespace = namespace(tenant, address);
    held.ifPresentOrElse(
        found -> counters.hit(namespace, found.content().size(), times),
        () -> counters.miss(namespace, times));
    count(address, held.isPresent() ? "hit" : "miss", 1);
  }

  /** What stands at an address does not open: an alert, and a miss of its own kind. */
  public void unreadable(TenantView tenant, EntryKey address, Times times) {
    alertUnreadable(tenant, address);
    counters.add(namespace(tenant, address), new Use(0, 1, 1, 0, 0, 0, times));
    count(address, "unreadable", 1);
  }

  static void alertUnreadable(TenantView tenant, EntryKey address) {
    LOG.error(
        "an entry of tenant {} in {}:{} does not open: moved, altered, or of a lost key",
        tenant.id(),
        address.module(),
        address.type());
  }

  /**
   * What was fetched, to be counted with how long that took when it is known what it is.
   *
   * @param times how long the store took
   */
  record Fetched(Found found, Times times) {}

  /** Measures a read that was just sent. */
  CompletableFuture<Fetched> timedRead(
      TenantView tenant, EntryKey address, CompletableFuture<Found> sent) {
    long begun = System.nanoTime();
    return sent.handle(
        (found, failure) -> {
          Times times = Times.read(since(begun));
          if (failure != null) {
            counters.took(namespace(tenant, address), times);
            throw new CompletionException(failure);
          }
          return new Fetched(found, times);
        });
  }

  /** Counts a write of so many bytes that was just sent; to be awaited in place of it. */
  <T> CompletableFuture<T> timedWrite(
      TenantView tenant,
      EntryKey address,
      DeviceClass serves,
      int bytes,
      CompletableFuture<T> sent) {
    long begun = System.nanoTime();
    Written written = new Written(address.module(), type(address), serves);
    DistributionSummary known = sizes.get(written);
    (known != null ? known : sizes.computeIfAbsent(written, this::summary)).record(bytes);
    return sent.whenComplete(
        (done, failure) ->
            counters.write(namespace(tenant, address), bytes, Times.write(since(begun))));
  }

  private DistributionSummary summary(Written written) {
    return metrics.summary(
        "kryonix.cache.written.bytes",
        "module",
        written.module(),
        "type",
        written.type(),
        "serves",
        written.serves().name().toLowerCase(Locale.ROOT));
  }

  static Duration since(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private Namespace namespace(TenantView tenant, EntryKey address) {
    return new Namespace(tenant.id(), tenant.uid(), address.module(), type(address));
  }

  private String type(EntryKey address) {
    return address.isPlatform() || catalog.cache().ttl().containsKey(address.type())
        ? address.type()
        : OTHER;
  }
}
