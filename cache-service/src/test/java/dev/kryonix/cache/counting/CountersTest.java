package dev.kryonix.cache.counting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class CountersTest {
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final Counters counters = new Counters(metrics, 100);

  @Test
  void whatIsDoneIsHarvestedOnce() {
    Namespace crm = namespace("crm");
    counters.hit(crm, 10, Times.read(Duration.ofMillis(2)));
    counters.hit(crm, 5, Times.read(Duration.ofMillis(101)));
    counters.miss(crm, Times.NONE);
    counters.add(crm, new Use(0, 1, 1, 0, 0, 0, Times.NONE));
    counters.write(crm, 7, Times.NONE);
    counters.took(crm, Times.write(Duration.ofMillis(100)));
    counters.took(crm, Times.write(Duration.ofMillis(200)));
    counters.miss(namespace("whatsapp"), Times.NONE);

    assertThat(counters.harvest())
        .isEqualTo(
            Map.of(
                crm,
                new Use(2, 2, 1, 15, 1, 7, new Times(103_000, 1, 300_000, 1)),
                namespace("whatsapp"),
                new Use(0, 1, 0, 0, 0, 0, Times.NONE)));
    assertThat(counters.harvest()).isEmpty();
    counters.miss(crm, Times.NONE);
    assertThat(counters.harvest()).isEqualTo(Map.of(crm, new Use(0, 1, 0, 0, 0, 0, Times.NONE)));
  }

  @Test
  void nothingIsLostOrCountedTwiceWhoeverHarvestsMeanwhile() throws Exception {
    int threads = 8;
    long each = 20_000;
    Map<Namespace, Use> sum = new HashMap<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            workers.submit(
                () -> {
                  for (int n = 0; n < each; n++) {
                    counters.hit(namespace("m" + n % 7), 3, Times.NONE);
                  }
                }));
      }
      while (!all.stream().allMatch(Future::isDone)) {
        counters.harvest().forEach((namespace, use) -> sum.merge(namespace, use, Use::plus));
      }
      for (Future<?> done : all) {
        done.get();
      }
    }
    counters.harvest().forEach((namespace, use) -> sum.merge(namespace, use, Use::plus));

    Use whole = sum.values().stream().reduce(Use.NONE, Use::plus);
    assertThat(whole)
        .isEqualTo(new Use(threads * each, 0, 0, 3L * threads * each, 0, 0, Times.NONE));
  }

  @Test
  void beyondTheBoundUsesAreCountedTogetherAndAHarvestMakesRoom() {
    for (int i = 0; i < 100; i++) {
      counters.miss(namespace("m" + i), Times.NONE);
    }
    counters.miss(namespace("more"), Times.NONE);
    counters.miss(namespace("m7"), Times.NONE);

    assertThat(metrics.counter("kryonix.cache.uncounted").count()).isEqualTo(1);
    assertThat(counters.harvest()).hasSize(100).doesNotContainKey(namespace("more"));
    counters.miss(namespace("more"), Times.NONE);
    assertThat(counters.harvest()).containsOnlyKeys(namespace("more"));
  }

  private static Namespace namespace(String module) {
    return new Namespace(new TenantId("acme"), new TenantUid(new UUID(1, 2)), module, "temp");
  }
}
