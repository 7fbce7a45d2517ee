package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.EntryStore.Stored;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.state.TenantView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The entries of a tenant: reads, conditional writes under the quota, deletions. */
@Singleton
final class Entries {
  private static final Logger LOG = LoggerFactory.getLogger(Entries.class);
  private static final int READ_AT_ONCE = 128;
  private static final int MAX_READ_BYTES = 12 * 1024 * 1024;

  private final EntryStore store;
  private final Spaces spaces;
  private final Envelope envelope;
  private final Ttls ttls;
  private final Catalog catalog;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Counter hits;
  private final Counter misses;
  private final Counter unreadable;

  Entries(
      EntryStore store,
      Spaces spaces,
      Envelope envelope,
      Ttls ttls,
      Catalog catalog,
      InstantSource clock,
      MeterRegistry metrics) {
    this.store = store;
    this.spaces = spaces;
    this.envelope = envelope;
    this.ttls = ttls;
    this.catalog = catalog;
    this.clock = clock;
    this.hits = metrics.counter("kryonix.cache.reads", "outcome", "hit");
    this.misses = metrics.counter("kryonix.cache.reads", "outcome", "miss");
    this.unreadable = metrics.counter("kryonix.cache.reads", "outcome", "unreadable");
  }

  /** A write as a caller asks for it; without a ttl the data type decides. */
  record Put(
      EntryKey address,
      byte[] value,
      String contentType,
      boolean absent,
      Optional<Duration> ttl,
      Device device,
      WriteRule rule) {}

  /**
   * Reads entries, one answer for each address. However well the values compress and however often
   * an address is named, what is held at once stays bounded.
   */
  List<Lookup> read(TenantView tenant, List<EntryKey> addresses) {
    addresses.forEach(address -> requireModule(tenant, address));
    TenantSpace space = space(tenant);
    List<Lookup> found = new ArrayList<>(addresses.size());
    long bytes = 0;
    for (int from = 0; from < addresses.size(); from += READ_AT_ONCE) {
      List<EntryKey> some =
          addresses.subList(from, Math.min(from + READ_AT_ONCE, addresses.size()));
      List<Optional<Stored>> stored = store.read(space, some);
      for (int i = 0; i < some.size(); i++) {
        Lookup lookup = open(tenant, space, some.get(i), stored.get(i));
        bytes += lookup instanceof Lookup.Hit(Entry entry) ? entry.content().value().length : 0;
        if (bytes > MAX_READ_BYTES) {
          throw EntryErrors.answerTooLarge(MAX_READ_BYTES);
        }
        found.add(lookup);
      }
    }
    return found;
  }

  /** Writes an entry, or refuses and leaves what is there as it was. */
  Entry write(TenantView tenant, Put put) {
    requireModule(tenant, put.address());
    if (put.value().length > Content.MAX_VALUE_BYTES) {
      throw EntryErrors.valueTooLarge(put.value().length, Content.MAX_VALUE_BYTES);
    }
    Instant now = clock.instant();
    Content content =
        new Content(put.value(), put.contentType(), put.absent(), random.nextLong(), now);
    Duration ttl = put.ttl().orElseGet(() -> ttls.of(put.address().type(), put.device()));
    byte[] bytes = envelope.seal(tenant, put.address(), content);
    CacheLimits limits = tenant.limits().getCache();
    TenantSpace space = space(tenant);
    WriteOutcome outcome =
        store.write(space, new EntryStore.Write(put.address(), bytes, ttl, put.rule()), limits);
    return switch (outcome) {
      case WriteOutcome.Written() ->
          new Entry(content, ttl, Duration.ZERO, charge(space, put.address(), bytes), now);
      case WriteOutcome.ConditionFailed() -> throw EntryErrors.conditionFailed(put.rule().name());
      case WriteOutcome.OutOfKeys() ->
          throw EntryErrors.quotaExceeded(tenant.id(), "cache.keys", limits.getKeys());
      case WriteOutcome.OutOfMemory() ->
          throw EntryErrors.quotaExceeded(
              tenant.id(), "cache.memory_bytes", limits.getMemoryBytes());
    };
  }

  /**
   * Deletes an entry. Empty when it has another version than the one given; else whether there was
   * one.
   */
  Optional<Boolean> delete(TenantView tenant, EntryKey address, OptionalLong version) {
    requireModule(tenant, address);
    return store.delete(space(tenant), address, version);
  }

  /** Gives an entry a new time to live, and reads it; empty when there is none. */
  Optional<Entry> touch(
      TenantView tenant, EntryKey address, Optional<Duration> ttl, Device device) {
    requireModule(tenant, address);
    Duration lifetime = ttl.orElseGet(() -> ttls.of(address.type(), device));
    if (!store.touch(space(tenant), address, lifetime)) {
      return Optional.empty();
    }
    return read(tenant, List.of(address)).getFirst() instanceof Lookup.Hit(Entry entry)
        ? Optional.of(entry)
        : Optional.empty();
  }

  private void requireModule(TenantView tenant, EntryKey address) {
    String module = address.module();
    if (catalog.module(module).isEmpty()) {
      throw EntryErrors.moduleUnknown(module);
    }
    if (!tenant.hasModule(module) && !module.equals(Catalog.MOBILE)) {
      throw EntryErrors.moduleNotEnabled(module);
    }
  }

  private Lookup open(
      TenantView tenant, TenantSpace space, EntryKey address, Optional<Stored> stored) {
    if (stored.isEmpty()) {
      misses.increment();
      return new Lookup.Miss();
    }
    Optional<Content> content = envelope.open(tenant, address, stored.get().bytes());
    if (content.isEmpty()) {
      unreadable.increment();
      LOG.error(
          "an entry of tenant {} does not open and was discarded: moved, altered, or of a lost key",
          tenant.id());
      // By the version that was read: what has been written meanwhile stays.
      store.delete(space, address, Envelope.version(stored.get().bytes()));
      return new Lookup.Unreadable();
    }
    hits.increment();
    Instant now = clock.instant();
    return new Lookup.Hit(
        new Entry(
            content.get(),
            stored.get().ttl(),
            Duration.between(content.get().createTime(), now),
            charge(space, address, stored.get().bytes()),
            now));
  }

  private static long charge(TenantSpace space, EntryKey address, byte[] bytes) {
    return Charge.units(
            space.bucket(address).entryPrefix().length + address.bytes().length, bytes.length)
        * Charge.UNIT_BYTES;
  }

  private TenantSpace space(TenantView tenant) {
    return spaces.of(tenant);
  }
}
