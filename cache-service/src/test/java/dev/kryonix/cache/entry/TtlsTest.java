package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.kit.catalog.Catalog;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TtlsTest {
  private ApplicationContext context;
  private Ttls ttls;

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.withKeys();
    ttls = new Ttls(context.getBean(Catalog.class));
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @RepeatedTest(20)
  void phonesAndTabletsTakeTheFirstTtlOfTheCatalogueAndDesktopsTheSecond() {
    assertWithinTenPercent(ttls.of("contacts", Device.DEVICE_MOBILE), 900);
    assertWithinTenPercent(ttls.of("contacts", Device.DEVICE_TABLET), 900);
    assertWithinTenPercent(ttls.of("contacts", Device.DEVICE_UNSPECIFIED), 900);
    assertWithinTenPercent(ttls.of("contacts", Device.DEVICE_DESKTOP), 3600);
  }

  @Test
  void anUnknownTypeTakesThatOfAnApiResponse() {
    assertWithinTenPercent(ttls.of("no_such_type", Device.DEVICE_MOBILE), 900);
    assertWithinTenPercent(ttls.of("no_such_type", Device.DEVICE_DESKTOP), 1800);
  }

  @Test
  void entriesWrittenTogetherExpireAtAllTimesOfThatSpanAndOnAverageAsTheCatalogueSays() {
    LongSummaryStatistics millis =
        IntStream.range(0, 10_000)
            .mapToLong(i -> ttls.of("contacts", Device.DEVICE_MOBILE).toMillis())
            .summaryStatistics();

    assertThat(millis.getMin()).isLessThan(815_000);
    assertThat(millis.getMax()).isGreaterThan(985_000);
    assertThat(millis.getAverage()).isBetween(895_000.0, 905_000.0);
  }

  private static void assertWithinTenPercent(Duration ttl, long seconds) {
    assertThat(ttl).isBetween(Duration.ofMillis(seconds * 900), Duration.ofMillis(seconds * 1100));
  }
}
