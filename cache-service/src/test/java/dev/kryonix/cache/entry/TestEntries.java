package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Entries for the tests of other packages. */
public final class TestEntries {
  private final Entries entries;
  private final Flushes flushes;

  public TestEntries(ApplicationContext context) {
    this.entries = context.getBean(Entries.class);
    this.flushes = context.getBean(Flushes.class);
  }

  public void write(TenantView tenant, EntryKey key, Duration ttl, String... tags) {
    entries.write(
        tenant,
        new Entries.Put(
            key,
            "value".getBytes(StandardCharsets.UTF_8),
            "",
            false,
            Optional.of(ttl),
            Device.DEVICE_MOBILE,
            List.of(tags),
            new WriteRule.Always()));
  }

  public void read(TenantView tenant, EntryKey key) {
    entries.read(tenant, key);
  }

  public boolean isThere(TenantView tenant, EntryKey key) {
    return entries.read(tenant, key) instanceof Lookup.Hit;
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
