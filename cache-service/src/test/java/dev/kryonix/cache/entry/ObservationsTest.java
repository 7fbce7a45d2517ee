package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.counting.Counters;
import dev.kryonix.cache.counting.Use;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.state.TenantView;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ObservationsTest {
  private static final EntryKey ADDRESS = new EntryKey("crm", "temp", "ana");
  private static final long AT_LEAST_MICROS = 1_000;

  private ApplicationContext context;
  private Observations observations;
  private Counters counters;
  private TenantView tenant;

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.withKeys();
    MeterRegistry metrics = new SimpleMeterRegistry();
    // Not the bean, which the rounds of others harvest.
    counters = new Counters(metrics);
    observations = new Observations(metrics, context.getBean(Catalog.class), counters);
    tenant =
        Tenants.create(
            context.getBean(SecretBox.class),
            "acme",
            "basic",
            CacheLimits.getDefaultInstance(),
            Set.of());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void aReadIsCountedWithItsTimeWhenItIsKnownWhatItFound() {
    CompletableFuture<Found> sent = new CompletableFuture<>();
    CompletableFuture<Observations.Fetched> fetched = observations.timedRead(tenant, ADDRESS, sent);
    passAMillisecond();
    sent.complete(new Found.Nothing());
    Content content = new Content(new byte[3], "", false, 1, Instant.EPOCH);
    Entry entry = new Entry(content, Duration.ZERO, Duration.ZERO, 1, Instant.EPOCH);
    observations.read(tenant, ADDRESS, new Lookup.Hit(entry), fetched.join().times());

    Use use = use();
    assertThat(use.hits()).isOne();
    assertThat(use.readBytes()).isEqualTo(3);
    assertThat(use.times().readMicros()).isGreaterThanOrEqualTo(AT_LEAST_MICROS);
  }

  @Test
  void ofAReadThatFailsOnlyTheTimeIsCounted() {
    CompletableFuture<Found> sent = new CompletableFuture<>();
    CompletableFuture<Observations.Fetched> fetched = observations.timedRead(tenant, ADDRESS, sent);
    IllegalStateException failure = new IllegalStateException("Redis is away");
    passAMillisecond();
    sent.completeExceptionally(failure);

    assertThat(fetched).failsWithin(Duration.ZERO).withThrowableThat().withCause(failure);
    Use use = use();
    assertThat(use.hits() + use.misses()).isZero();
    assertThat(use.times().readMicros()).isGreaterThanOrEqualTo(AT_LEAST_MICROS);
  }

  @Test
  void aWriteIsCountedOnceWithItsTime() {
    CompletableFuture<String> sent = new CompletableFuture<>();
    CompletableFuture<String> timed =
        observations.timedWrite(tenant, ADDRESS, DeviceClass.MOBILE, 7, sent);
    passAMillisecond();
    sent.complete("written");

    assertThat(timed).isCompletedWithValue("written");
    Use use = use();
    assertThat(use.writes()).isOne();
    assertThat(use.writtenBytes()).isEqualTo(7);
    assertThat(use.times().writeMicros()).isGreaterThanOrEqualTo(AT_LEAST_MICROS);
  }

  private Use use() {
    return counters.harvest().values().stream().reduce(Use.NONE, Use::plus);
  }

  private static void passAMillisecond() {
    long until = System.nanoTime() + Duration.ofMillis(1).toNanos();
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }
}
