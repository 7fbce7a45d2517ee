package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** A test of the cache's logic on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CacheTest {
  static final long PLENTY = 100_000_000;

  ApplicationContext context;
  WaitingEntries entries;
  EntryStore store;
  Keyspace redis;

  /** The kind of Redis that the test runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void startBeans() throws Exception {
    context = CacheBeans.start(kind(), settings());
    entries = new WaitingEntries(context);
    store = context.getBean(EntryStore.class);
    redis = context.getBean(Redis.class).keyspace(Purpose.API);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stopBeans() {
    context.close();
  }

  /** Settings of the service other than the usual. */
  Map<String, Object> settings() {
    return Map.of();
  }

  TenantView tenant(String plan, long keys, long bytes, CacheEviction eviction) {
    return Tenants.create(
        context.getBean(SecretBox.class),
        "acme",
        plan,
        CacheLimits.newBuilder().setKeys(keys).setMemoryBytes(bytes).setEviction(eviction).build());
  }

  TenantView tenant() {
    return tenant("basic", 10_000, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
  }

  TenantSpace space(TenantView tenant) {
    return context.getBean(Spaces.class).of(tenant);
  }

  Optional<String> value(TenantView tenant, EntryKey key) {
    return entries.read(tenant, key) instanceof Lookup.Hit(Entry entry)
        ? Optional.of(new String(entry.content().value(), StandardCharsets.UTF_8))
        : Optional.empty();
  }

  static EntryKey key(String key) {
    return new EntryKey("crm", "temp", key);
  }

  static Entries.Put put(EntryKey key, String value, String... tags) {
    return put(key, value, Device.DEVICE_MOBILE, Optional.empty(), tags);
  }

  static Entries.Put put(
      EntryKey key, String value, Device device, Optional<Duration> ttl, String... tags) {
    return new Entries.Put(
        key,
        value.getBytes(StandardCharsets.UTF_8),
        "",
        false,
        ttl,
        device,
        List.of(tags),
        new WriteRule.Always());
  }

  static void refused(Runnable call, ErrorReason reason) {
    ServiceException refusal = catchThrowableOfType(ServiceException.class, call::run);
    assertThat(refusal).as("refused with %s", reason).isNotNull();
    assertThat(refusal.reason()).isEqualTo(reason);
  }
}
