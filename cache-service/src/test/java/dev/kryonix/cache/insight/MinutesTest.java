package dev.kryonix.cache.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.cache.counting.Namespace;
import dev.kryonix.cache.counting.Times;
import dev.kryonix.cache.counting.Use;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class MinutesTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Use ONE = new Use(1, 0, 0, 2, 0, 0, new Times(3, 1, 0, 0));

  private final Minutes minutes = new Minutes(100);

  @Test
  void aRowIsAllOfItsMinute() {
    minutes.add(NOON.plusSeconds(5), Map.of(namespace(1), ONE));
    minutes.written(rows(), NOON.plusSeconds(5));
    assertThat(rows()).isEmpty();
    minutes.add(NOON.plusSeconds(59), Map.of(namespace(1), ONE));
    minutes.add(NOON.plusSeconds(60), Map.of(namespace(1), ONE));

    assertThat(rows())
        .containsExactly(
            new Minutes.Row(namespace(1), NOON, ONE.plus(ONE)),
            new Minutes.Row(namespace(1), NOON.plusSeconds(60), ONE));
  }

  @Test
  void whatIsNotWrittenWaitsForAnHourAndNoLonger() {
    minutes.add(NOON, Map.of(namespace(1), ONE, namespace(2), ONE));
    minutes.add(NOON.plus(Duration.ofHours(1)), Map.of());
    assertThat(rows()).hasSize(2);
    assertThat(minutes.lost()).isZero();

    minutes.add(NOON.plus(Duration.ofMinutes(61)), Map.of());

    assertThat(rows()).isEmpty();
    assertThat(minutes.lost()).isEqualTo(2);
  }

  @Test
  void noMoreRowsWaitThanTheBoundAndTheOldestGoFirst() {
    for (int minute = 0; minute < 30; minute++) {
      for (int i = 0; i < 10; i++) {
        minutes.add(NOON.plus(Duration.ofMinutes(minute)), Map.of(namespace(i), ONE));
        assertThat(rows()).hasSizeLessThanOrEqualTo(100);
      }
    }

    assertThat(rows().getFirst().minute()).isEqualTo(NOON.plus(Duration.ofMinutes(20)));
    assertThat(minutes.lost()).isEqualTo(200);
  }

  @Test
  void rowsOfATenantThatIsGoneAreForgotten() {
    minutes.add(NOON, Map.of(namespace(1), ONE, namespace(2), ONE));

    assertThat(minutes.unwritten(each -> each.equals(namespace(2))))
        .containsExactly(new Minutes.Row(namespace(2), NOON, ONE));
    assertThat(rows()).hasSize(1);
    assertThat(minutes.lost()).isZero();
  }

  private List<Minutes.Row> rows() {
    return minutes.unwritten(each -> true);
  }

  private static Namespace namespace(long number) {
    return new Namespace(new TenantId("acme"), new TenantUid(new UUID(0, number)), "crm", "temp");
  }
}
