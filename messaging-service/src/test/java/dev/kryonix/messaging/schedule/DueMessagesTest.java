package dev.kryonix.messaging.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.schedule.ScheduleStore.Due;
import dev.kryonix.messaging.schedule.ScheduleStore.Ending;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class DueMessagesTest {
  private static final Instant DUE = Instant.parse("2026-11-21T12:00:00Z");
  private static final Instant LATE = DUE.plus(DueMessages.PATIENCE).plusSeconds(1);

  private final Due due =
      new Due(
          new Owner(new TenantId("clinica"), new TenantUid(UUID.randomUUID())),
          "s1",
          "m1",
          new byte[0],
          Map.of(),
          1,
          false,
          DUE);

  @Test
  void whatIsRefusedForWhatItIsIsTriedForAWhileAndThenHasFailed() {
    ServiceException refusal = CommonErrors.invalidField("operation", "is unknown");

    assertThat(DueMessages.notPublished(due, refusal, DUE)).isInstanceOf(Ending.Later.class);
    assertThat(DueMessages.notPublished(due, refusal, LATE))
        .isEqualTo(new Ending.Failed(due, String.valueOf(refusal.getMessage())));
  }

  /** Its key may be one that the state stream is bringing. */
  @Test
  void whatDoesNotOpenIsTriedForAWhileAndThenHasFailed() {
    PayloadCorruptException corrupt = new PayloadCorruptException("its key is gone", null);

    assertThat(DueMessages.notPublished(due, corrupt, DUE)).isInstanceOf(Ending.Later.class);
    assertThat(DueMessages.notPublished(due, corrupt, LATE)).isInstanceOf(Ending.Failed.class);
  }

  @Test
  void aDefectFailsAMessageAfterAWhileAndTellsNothingOfItsCause() {
    RuntimeException defect = new IllegalStateException("secret");

    assertThat(DueMessages.notPublished(due, defect, DUE))
        .isInstanceOfSatisfying(Ending.Later.class, later -> assertThat(later.unknown()).isTrue());
    assertThat(DueMessages.notPublished(due, defect, LATE))
        .isInstanceOfSatisfying(
            Ending.Failed.class,
            failed -> assertThat(failed.why()).contains("incident").doesNotContain("secret"));
  }

  @Test
  void whatStandsInTheWayOfTheTenantOrTheBrokerIsWaitedFor() {
    ServiceException suspended =
        ServiceException.of(
            Code.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_MODULE_NOT_ENABLED, "no module");

    assertThat(DueMessages.notPublished(due, suspended, LATE.plus(Duration.ofDays(300))))
        .isInstanceOf(Ending.Later.class);
    assertThat(
            DueMessages.notPublished(due, BrokerErrors.blocked(), LATE.plus(Duration.ofDays(300))))
        .isInstanceOf(Ending.Later.class);
  }
}
