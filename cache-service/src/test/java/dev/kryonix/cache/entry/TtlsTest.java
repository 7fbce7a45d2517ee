package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.kit.catalog.Catalog;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
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
    assertUpToTenPercentBelow(ttls.of("contacts", Device.DEVICE_MOBILE), 900);
    assertUpToTenPercentBelow(ttls.of("contacts", Device.DEVICE_TABLET), 900);
    assertUpToTenPercentBelow(ttls.of("contacts", Device.DEVICE_UNSPECIFIED), 900);
    assertUpToTenPercentBelow(ttls.of("contacts", Device.DEVICE_DESKTOP), 3600);
  }

  @Test
  void anUnknownTypeTakesThatOfAnApiResponse() {
    assertUpToTenPercentBelow(ttls.of("no_such_type", Device.DEVICE_MOBILE), 900);
    assertUpToTenPercentBelow(ttls.of("no_such_type", Device.DEVICE_DESKTOP), 1800);
  }

  private static void assertUpToTenPercentBelow(Duration ttl, long seconds) {
    assertThat(ttl).isBetween(Duration.ofMillis(seconds * 900), Duration.ofMillis(seconds * 1000));
  }
}
