package dev.kryonix.cache.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.kryonix.api.cache.v1.CacheServiceGrpc.CacheServiceBlockingStub;
import dev.kryonix.api.cache.v1.DeleteRequest;
import dev.kryonix.api.cache.v1.FlushRequest;
import dev.kryonix.api.cache.v1.InvalidateTagsRequest;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.cache.v1.TouchRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.kit.nearcache.CacheKey;
import dev.kryonix.kit.nearcache.NearCache;
import dev.kryonix.kit.nearcache.NearCacheConfig;
import dev.kryonix.kit.nearcache.NearEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The kit's near cache in front of the service, on a Redis Cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NearCacheIT {
  private static final CacheKey ANA = key("ana");

  private CacheProcess cache;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    cache = new CacheProcess(RedisKind.CLUSTER, folder);
  }

  @AfterAll
  void stop() throws Exception {
    cache.stop();
  }

  @Test
  void whatOthersChangeIsReadAnewAndTheRestComesFromTheCopies() throws Exception {
    DesiredTenant tenant = cache.tenant("enterprise", 1_000);
    CacheServiceBlockingStub others = cache.blocking(tenant);
    try (NearCache near = cache.near(tenant, patient(1_000_000))) {
      for (Runnable change :
          List.<Runnable>of(
              () -> others.set(set("ana", "changed")),
              () -> others.delete(delete("ana")),
              () -> others.invalidateTags(InvalidateTagsRequest.newBuilder().addTags("t").build()),
              () -> others.flush(FlushRequest.newBuilder().setModule("crm").build()))) {
        others.set(set("ana", "first").toBuilder().addTags("t").build());
        awaitCopy(near, ANA, "first");
        // The event of what was just written may still come, once, and end the copy.
        await()
            .until(
                () -> {
                  long hits = near.stats().hits();
                  for (int i = 0; i < 100; i++) {
                    assertThat(value(near, ANA)).contains("first");
                  }
                  return near.stats().hits() == hits + 100;
                });

        change.run();

        await().until(() -> !value(near, ANA).equals(Optional.of("first")));
      }
    }
  }

  @Test
  void aCopyEndsWithItsEntryThoughItsTimeWasCutShort() throws Exception {
    DesiredTenant tenant = cache.tenant("basic", 1_000);
    CacheServiceBlockingStub others = cache.blocking(tenant);
    try (NearCache near = cache.near(tenant, patient(1_000_000))) {
      others.set(set("ana", "v"));
      awaitCopy(near, ANA, "v");
      others.touch(
          TouchRequest.newBuilder()
              .setModule("crm")
              .setType("temp")
              .setKey("ana")
              .setTtl(Duration.newBuilder().setSeconds(1))
              .build());

      // Sooner than the copy's own time would be over, for want of a sign of life.
      await().atMost(java.time.Duration.ofSeconds(15)).until(() -> value(near, ANA).isEmpty());
    }
  }

  @Test
  void whoWritesReadsWhatItWrote() throws Exception {
    DesiredTenant tenant = cache.tenant("enterprise", 1_000);
    try (NearCache near = cache.near(tenant, patient(1_000_000))) {
      near.set(set("ana", "v"));
      awaitCopy(near, ANA, "v");
      for (int i = 0; i < 200; i++) {
        near.set(set("ana", "v" + i));
        assertThat(value(near, ANA)).contains("v" + i);
      }
      assertThat(near.delete(delete("ana"))).isTrue();
      assertThat(value(near, ANA)).isEmpty();
    }
  }

  @Test
  void versionsNeverGoBackForAReaderWhileOthersWriteAndNoTenantSeesAnothersValues()
      throws Exception {
    Map<String, Long> seen = new ConcurrentHashMap<>();
    DesiredTenant one = cache.tenant("enterprise", 1_000);
    DesiredTenant other = cache.tenant("basic", 1_000);
    Random random = new Random(3);
    try (NearCache nearOne = cache.near(one, patient(20_000));
        NearCache nearOther = cache.near(other, patient(20_000))) {
      for (long version = 1; version <= 600; version++) {
        for (DesiredTenant tenant : List.of(one, other)) {
          String key = "k" + random.nextInt(20);
          cache.blocking(tenant).set(set(key, tenant.getId() + "/" + version));
        }
        for (int i = 0; i < 20; i++) {
          check(nearOne, one, key("k" + i), seen);
          check(nearOther, other, key("k" + i), seen);
        }
      }
      assertThat(nearOne.stats().hits()).isPositive();
      assertThat(nearOther.stats().hits()).isPositive();
    }
  }

  private static void check(
      NearCache near, DesiredTenant tenant, CacheKey key, Map<String, Long> seen) {
    String prefix = tenant.getId() + "/";
    value(near, key)
        .ifPresent(
            value -> {
              assertThat(value).startsWith(prefix);
              long version = Long.parseLong(value.substring(prefix.length()));
              Long before = seen.put(prefix + key.key(), version);
              assertThat(before == null ? 0 : before).isLessThanOrEqualTo(version);
            });
  }

  private static void awaitCopy(NearCache near, CacheKey key, String value) {
    await()
        .until(
            () -> {
              long hits = near.stats().hits();
              return value(near, key).equals(Optional.of(value)) && near.stats().hits() > hits;
            });
  }

  private static Optional<String> value(NearCache near, CacheKey key) {
    return near.get(key).map(NearEntry::value).map(ByteString::toStringUtf8);
  }

  private static CacheKey key(String key) {
    return new CacheKey("crm", "temp", key);
  }

  /** As usual, but that a call may take as long as on a busy machine. */
  private static NearCacheConfig patient(long maxBytes) {
    NearCacheConfig usual = NearCacheConfig.of(maxBytes);
    return new NearCacheConfig(
        usual.scope(),
        maxBytes,
        usual.staleness(),
        usual.maxAge(),
        java.time.Duration.ofSeconds(20));
  }

  private static SetRequest set(String key, String value) {
    return RedisFaultsIT.set(key, value);
  }

  private static DeleteRequest delete(String key) {
    return DeleteRequest.newBuilder().setModule("crm").setType("temp").setKey(key).build();
  }
}
