package dev.kryonix.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.identity.TenantUid;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The buckets that gateways share, in a real Redis that comes and goes. */
class RedisGrantsIT {
  private static final Rate RATE = new Rate(1_000, 100);
  private static PrivateRedis redis;

  private final TenantUid tenant = new TenantUid(UUID.randomUUID());
  private Gateway one;
  private Gateway other;

  @BeforeAll
  static void startRedis() {
    redis = new PrivateRedis();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @BeforeEach
  void connect() {
    one = new Gateway(redis.settings(PrivateRedis.PATIENT));
    other = new Gateway(redis.settings(PrivateRedis.PATIENT));
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
  }

  @Test
  void whatOneGatewayTakesAnotherDoesNotGet() {
    long began = System.nanoTime();
    assertThat(one.take(tenant, 0, 60).tokens()).isEqualTo(60);
    Grant rest = other.take(tenant, 0, 60);
    assertThat(rest.tokens()).isBetween(40L, 40 + refilledSince(began));
    assertThat(one.take(tenant, 0, 50).tokens()).isBetween(0L, refilledSince(began));
  }

  @Test
  void whatWasUsedAheadIsChargedAndTheWaitIsTold() {
    Grant none = one.take(tenant, 150, 10);

    assertThat(none.tokens()).isZero();
    assertThat(none.remaining()).isZero();
    // A new bucket is full: 50 are owed, at 100 a second.
    assertThat(Duration.ofNanos(none.waitNanos()))
        .isBetween(Duration.ofMillis(450), Duration.ofMillis(510));
  }

  @Test
  void anUnlimitedBucketIsNoLimit() {
    Grant grant = one.take(tenant, new Rate(0, 100), 0, 70);

    assertThat(grant.tokens()).isEqualTo(70);
    assertThat(grant.remaining()).isBetween(30L, 35L);
  }

  @Test
  void aFlushedScriptIsSentAgain() {
    long began = System.nanoTime();
    one.take(tenant, 0, 60);
    redis.command("script", "flush");

    assertThat(one.take(tenant, 0, 60).tokens()).isBetween(40L, 40 + refilledSince(began));
    assertThat(one.isShared()).isTrue();
  }

  /** What has come into the bucket since then, however long that was. */
  private static long refilledSince(long nanos) {
    return Math.ceilDiv((System.nanoTime() - nanos) * RATE.perSecond(), 1_000_000_000L);
  }

  @Test
  void withoutRedisAGatewayGoesOnByItselfAndComesBack() {
    try (Gateway hasty = new Gateway(redis.settings(PrivateRedis.HASTY))) {
      redis.kill();
      await().until(() -> hasty.take(tenant, 0, 1).tokens() == 1 && !hasty.isShared());
      assertThat(hasty.take(tenant, 0, 1_000).tokens()).isBetween(50L, 100L);

      redis.restart();
      awaitShared(hasty);
    }
  }

  @Test
  void aRedisThatHangsIsNotWaitedFor() {
    try (Gateway hasty = new Gateway(redis.settings(PrivateRedis.HASTY))) {
      redis.signal("STOP");
      try {
        long began = System.nanoTime();
        hasty.take(tenant, 0, 1);
        for (int i = 0; i < 1_000; i++) {
          hasty.take(tenant, 0, 1);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        assertThat(hasty.isShared()).isFalse();
      } finally {
        redis.signal("CONT");
      }
      awaitShared(hasty);
    }
  }

  private void awaitShared(Gateway gateway) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              gateway.take(tenant, 0, 1);
              return gateway.isShared();
            });
  }

  @Test
  void thePlatformsOwnUserMayRunTheScriptAndNothingElse() {
    RedisSettings settings =
        new RedisSettings(
            environment("KRYONIX_REDIS_HOST"),
            Integer.parseInt(environment("KRYONIX_REDIS_PORT")),
            environment("KRYONIX_REDIS_USER"),
            environment("KRYONIX_REDIS_PASSWORD"),
            PrivateRedis.PATIENT);
    try (Gateway gateway = new Gateway(settings)) {
      assertThat(gateway.take(tenant, 0, 60).tokens()).isEqualTo(60);
      assertThat(gateway.isShared()).isTrue();
      assertThat(gateway.redis.commands().orElseThrow().get("cache:key").toCompletableFuture())
          .failsWithin(PrivateRedis.PATIENT)
          .withThrowableThat()
          .withMessageContaining("NOPERM");
    }
  }

  private static String environment(String name) {
    return Objects.requireNonNull(
        System.getenv(name), name + " is not set; run the test with ./kryonix test integration");
  }

  /** What one gateway has of it. */
  private static final class Gateway implements AutoCloseable {
    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private final SharedRedis redis;
    private final RedisGrants grants;

    Gateway(RedisSettings settings) {
      redis = new SharedRedis(settings, Catalog.builtIn());
      grants = new RedisGrants(redis, metrics);
      await().until(() -> redis.commands().isPresent());
    }

    boolean isShared() {
      return metrics.get("kryonix.gateway.rate.shared").gauge().value() == 1;
    }

    Grant take(TenantUid tenant, long used, long wanted) {
      return take(tenant, RATE, used, wanted);
    }

    Grant take(TenantUid tenant, Rate rate, long used, long wanted) {
      CompletableFuture<Grant> answer = new CompletableFuture<>();
      grants.take(tenant, rate, used, wanted, answer::complete);
      return answer.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
      redis.close();
    }
  }
}
