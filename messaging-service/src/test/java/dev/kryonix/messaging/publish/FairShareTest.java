package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class FairShareTest {
  private static final TenantUid BUSY = new TenantUid(new UUID(0, 1));
  private static final TenantUid QUIET = new TenantUid(new UUID(0, 2));
  private static final Duration MILLI = Duration.ofMillis(1);

  private long now = 1;
  private final FairShare share = new FairShare(() -> now);

  @Test
  void whoPublishesAloneIsNotBounded() {
    FairShare.Seat seat = share.join(BUSY);

    confirm(BUSY, 10_000, Duration.ofMillis(60));

    assertThat(seat.most()).isEqualTo(Credit.MOST);
  }

  @Test
  void besideOthersAsManyAreUnderWayAsAreConfirmedPromptly() {
    FairShare.Seat seat = share.join(BUSY);
    // 8,000 a second.
    run(BUSY, 8, MILLI);
    confirm(QUIET, 1, MILLI);

    assertThat(seat.most()).isEqualTo(50);
  }

  @Test
  void aTenantsStreamsShareWhatItMayHave() {
    FairShare.Seat first = share.join(BUSY);
    FairShare.Seat second = share.join(BUSY);
    run(BUSY, 8, MILLI);
    confirm(QUIET, 1, MILLI);
    assertThat(first.most()).isEqualTo(25);
    assertThat(second.most()).isEqualTo(25);

    second.close();

    assertThat(first.most()).isEqualTo(50);
  }

  @Test
  void howeverSlowTheBrokerIsSomeAreUnderWay() {
    FairShare.Seat seat = share.join(BUSY);
    run(BUSY, 1, MILLI);
    confirm(QUIET, 1, MILLI);

    assertThat(seat.most()).isEqualTo(FairShare.LEAST);
  }

  @Test
  void aBrokerThatNeverConfirmsFasterGetsAsManyAsThatTakes() {
    FairShare.Seat seat = share.join(BUSY);
    run(BUSY, 8, Duration.ofMillis(20));
    confirm(QUIET, 1, Duration.ofMillis(20));

    // 1.25 × 8,000 a second × 40 ms.
    assertThat(seat.most()).isEqualTo(400);
  }

  @Test
  void aTenantIsAloneAgainOnceTheOthersHaveBeenSilent() {
    FairShare.Seat seat = share.join(BUSY);
    run(BUSY, 8, MILLI);
    confirm(QUIET, 1, MILLI);
    confirm(BUSY, 1, MILLI);
    assertThat(seat.most()).isLessThan(Credit.MOST);

    now += FairShare.ALONE.toNanos();

    assertThat(seat.most()).isEqualTo(Credit.MOST);
  }

  @Test
  void whatAStreamWasBoundedToEndsWithItsTenantsLastStream() {
    FairShare.Seat seat = share.join(BUSY);
    run(BUSY, 8, MILLI);
    seat.close();
    confirm(QUIET, 1, MILLI);

    assertThat(share.join(BUSY).most()).isEqualTo(FairShare.LEAST);
  }

  /** So many messages a millisecond, which take so long, for two rounds. */
  private void run(TenantUid tenant, int messages, Duration underWay) {
    for (long passed = 0; passed < 2 * FairShare.ROUND.toMillis(); passed++) {
      now += MILLI.toNanos();
      confirm(tenant, messages, underWay);
    }
  }

  private void confirm(TenantUid tenant, int messages, Duration underWay) {
    for (int i = 0; i < messages; i++) {
      share.confirmed(tenant, now - underWay.toNanos());
    }
  }
}
