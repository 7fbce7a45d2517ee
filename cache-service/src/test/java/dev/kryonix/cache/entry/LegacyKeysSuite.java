package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.state.TenantView;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Entries of the predecessor on a real Redis of either kind. */
abstract class LegacyKeysSuite extends CacheTest {
  private static final EntryKey ADDRESS = new EntryKey("crm", "temp", "a:{b}");

  @Override
  Map<String, Object> settings() {
    return Map.of("kryonix.cache.legacy-keys", "true");
  }

  @Test
  void theyAreReadUntilTheirAddressIsWrittenOrDeleted() {
    TenantView tenant = tenant();
    byte[] key = ("cliente:" + tenant.id() + ":crm:temp:a:{b}").getBytes(StandardCharsets.UTF_8);
    redis.await(redis.commands().set(key, "old".getBytes(StandardCharsets.UTF_8)));
    assertThat(value(tenant, ADDRESS)).contains("old");

    entries.write(tenant, put(ADDRESS, "new"));
    assertThat(value(tenant, ADDRESS)).contains("new");
    assertThat(redis.await(redis.commands().exists(key))).isZero();

    redis.await(redis.commands().set(key, "old".getBytes(StandardCharsets.UTF_8)));
    assertThat(entries.delete(tenant, ADDRESS, OptionalLong.empty())).contains(true);
    assertThat(value(tenant, ADDRESS)).isEmpty();
    assertThat(entries.delete(tenant, ADDRESS, OptionalLong.empty())).contains(false);
  }
}
