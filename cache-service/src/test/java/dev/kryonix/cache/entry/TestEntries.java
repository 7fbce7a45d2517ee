package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Entries for the tests of other packages. */
public final class TestEntries {
  private final WaitingEntries entries;
  private final Flushes flushes;
  private final Leases leases;
  private final Reclaimer reclaimer;
  private final Spaces spaces;
  private final Keyspace redis;

  public TestEntries(ApplicationContext context) {
    this.entries = new WaitingEntries(context);
    this.flushes = context.getBean(Flushes.class);
    this.leases = context.getBean(Leases.class);
    this.reclaimer = context.getBean(Reclaimer.class);
    this.spaces = context.getBean(Spaces.class);
    this.redis = context.getBean(Redis.class).keyspace(Purpose.API);
  }

  public void write(TenantView tenant, EntryKey key, Duration ttl, String... tags) {
    write(tenant, key, "value", ttl, tags);
  }

  public void write(TenantView tenant, EntryKey key, String value, Duration ttl, String... tags) {
    entries.write(tenant, put(key, value, ttl, new WriteRule.Always(), tags));
  }

  public void writeIfAbsent(TenantView tenant, EntryKey key, String value, Duration ttl) {
    entries.write(tenant, put(key, value, ttl, new WriteRule.IfAbsent()));
  }

  /** Writes that there is known to be nothing. */
  public void writeAbsent(TenantView tenant, EntryKey key, Duration ttl, String... tags) {
    Entries.Put none = put(key, "", ttl, new WriteRule.Always(), tags);
    entries.write(
        tenant,
        new Entries.Put(
            key, none.value(), "", true, none.ttl(), none.device(), none.tags(), none.rule()));
  }

  /** Writes all of them in one go, as a batch does. */
  public void write(TenantView tenant, List<EntryKey> keys, String value, Duration ttl) {
    entries.write(
        tenant, keys.stream().map(key -> put(key, value, ttl, new WriteRule.Always())).toList());
  }

  /** Takes a lease and writes with it, so that the entry is kept as stale; unless it is there. */
  public void load(TenantView tenant, EntryKey key, String value, Duration ttl) {
    var request = new Leases.Request(key, Duration.ZERO, Duration.ofSeconds(10), false);
    if (leases.lease(tenant, request) instanceof LeaseOutcome.Granted(String token, Instant _)) {
      leases.fulfil(
          tenant, put(key, value, ttl, new WriteRule.IfLeased(token)), Duration.ofMillis(1));
    }
  }

  /** Takes an entry away behind the ledger's back, as Redis does when its memory is short. */
  public void lose(TenantView tenant, EntryKey key) {
    byte[] entry = spaces.of(tenant).bucket(key).entry(key.bytes());
    redis.await(redis.commands().unlink(new byte[][] {entry}));
  }

  /** Alters the last byte of what is stored, as a defect of the store would. */
  public void damage(TenantView tenant, int bucket, EntryKey key) {
    byte[] entry = spaces.of(tenant).bucket(bucket).entry(key.bytes());
    byte[] stored = redis.await(redis.commands().get(entry));
    byte[] last = {(byte) ~stored[stored.length - 1]};
    redis.await(redis.commands().setrange(entry, stored.length - 1, last));
  }

  /** Does what the service does every few seconds for each tenant of its directory. */
  public void lookAfter(TenantView tenant) throws InterruptedException {
    reclaimer.lookAfter(tenant);
  }

  private static Entries.Put put(
      EntryKey key, String value, Duration ttl, WriteRule rule, String... tags) {
    return new Entries.Put(
        key,
        value.getBytes(StandardCharsets.UTF_8),
        "",
        false,
        Optional.of(ttl),
        Device.DEVICE_MOBILE,
        List.of(tags),
        rule);
  }

  public void read(TenantView tenant, EntryKey key) {
    entries.read(tenant, key);
  }

  public boolean isThere(TenantView tenant, EntryKey key) {
    return entries.read(tenant, key) instanceof Lookup.Hit;
  }

  public boolean isKnownAbsent(TenantView tenant, EntryKey key) {
    return entries.read(tenant, key) instanceof Lookup.Hit(Entry entry) && entry.content().absent();
  }

  public void touch(TenantView tenant, EntryKey key, Duration ttl) {
    entries.touch(tenant, key, Optional.of(ttl), Device.DEVICE_MOBILE);
  }

  public void delete(TenantView tenant, EntryKey key) {
    entries.delete(tenant, key, OptionalLong.empty());
  }

  public void invalidate(TenantView tenant, String... tags) {
    flushes.invalidate(tenant, List.of(tags));
  }

  public void flush(TenantView tenant, String module, String type) {
    flushes.begin(tenant, module, type, "");
  }
}
