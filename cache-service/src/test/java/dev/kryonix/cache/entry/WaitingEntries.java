package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The entries, for tests that wait for each answer. */
final class WaitingEntries {
  private final Entries entries;
  private final EntryBatches batches;
  private final Keyspace redis;

  WaitingEntries(ApplicationContext context) {
    this.entries = context.getBean(Entries.class);
    this.batches = context.getBean(EntryBatches.class);
    this.redis = context.getBean(Redis.class).keyspace(Purpose.API);
  }

  Lookup read(TenantView tenant, EntryKey address) {
    return redis.await(entries.read(tenant, address));
  }

  List<Lookup> read(TenantView tenant, List<EntryKey> addresses) {
    return redis.await(batches.read(tenant, addresses));
  }

  Entry write(TenantView tenant, Entries.Put put) {
    return redis.await(entries.write(tenant, put));
  }

  Optional<Boolean> delete(TenantView tenant, EntryKey address, OptionalLong version) {
    return redis.await(entries.delete(tenant, address, version));
  }

  Optional<Entry> touch(
      TenantView tenant, EntryKey address, Optional<Duration> ttl, Device device) {
    return redis.await(entries.touch(tenant, address, ttl, device));
  }

  /** Writes all of them in one go, as a batch does. */
  void write(TenantView tenant, List<Entries.Put> puts) {
    List<Entries.Pending> pending = new ArrayList<>();
    entries.gather(() -> puts.forEach(put -> pending.add(entries.submit(tenant, put))));
    pending.forEach(each -> entries.finish(tenant, each));
  }
}
