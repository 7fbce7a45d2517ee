package dev.kryonix.messaging.retry;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.RetryTier;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class MovesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final LiveQueue QUEUE =
      new LiveQueue("crm", "leads.create", 6, Duration.ofHours(1));
  private static final TenantView TENANT =
      new TenantView(
          new TenantId("clinica"),
          new TenantUid(UUID.randomUUID()),
          1,
          Serving.SERVING,
          "basic",
          Set.of("crm"),
          Limits.getDefaultInstance(),
          "local",
          List.of(),
          Set.of(),
          Set.of());

  private Instant now = NOW;
  private final Moves moves = new Moves(new RetryConfig(7), () -> now);

  @Test
  void everyAttemptWaitsOneStepLongerUntilTheLastStep() {
    Taken taken = taken(Map.of());
    for (int seconds : new int[] {1, 10, 60, 300, 1800, 1800}) {
      Move move = moves.failed(taken, Optional.empty(), "e");
      assertThat(move)
          .isInstanceOfSatisfying(
              Move.Later.class,
              later -> assertThat(later.due()).isEqualTo(NOW.plusSeconds(seconds)));
      taken = with(move.properties());
    }
    assertThat(moves.failed(taken, Optional.empty(), "e"))
        .isInstanceOfSatisfying(
            Move.Dead.class,
            dead -> assertThat(dead.reason()).isEqualTo(DeadReason.ATTEMPTS_EXHAUSTED));
  }

  @Test
  void aDelayIsTheLongestStepThatFitsAndThenWhatIsLeft() {
    Duration left = Duration.ofSeconds(1000);
    int hops = 0;
    while (left.compareTo(Moves.SOON) > 0) {
      RetryTier tier = RetryTier.within(left.plus(Moves.SOON));
      left = left.minus(tier.delay());
      hops++;
    }
    // Three times five minutes, one minute, four times ten seconds.
    assertThat(hops).isEqualTo(8);
    assertThat(left.toMillis()).isBetween(-500L, 500L);
  }

  @Test
  void aPriorityForTheBrokerIsNotCarriedOn() {
    BasicProperties older = new BasicProperties.Builder().priority(8).build();

    assertThat(moves.failed(with(older), Optional.empty(), "e").properties().getPriority())
        .isNull();
  }

  @Test
  void whatOthersWroteIntoTheHeadersIsNotCarriedOn() {
    Map<String, Object> headers =
        Map.of(
            "x-death",
            List.of(Map.of("queue", "other")),
            "x-delivery-count",
            5L,
            "CC",
            List.of("elsewhere"),
            "a-canal",
            "sms",
            "traceparent",
            "00-1");
    Move move = moves.failed(taken(headers), Optional.empty(), "e");
    assertThat(move.properties().getHeaders())
        .containsKeys("a-canal", "traceparent")
        .doesNotContainKeys("x-death", "x-delivery-count", "CC");
  }

  @Test
  void anEarlyMessageGoesOnWaitingAndADueOneIsDelivered() {
    Move move = moves.failed(taken(Map.of()), Optional.of(Duration.ofSeconds(70)), "e");
    Taken early = with(move.properties());

    assertThat(moves.onArrival(early)).isPresent();
    now = NOW.plusSeconds(70);
    assertThat(moves.onArrival(early)).isEmpty();
  }

  @Test
  void theTimeToLiveOfThePublisherBoundsEveryWaitAndNoDelayQueueSeesIt() {
    BasicProperties properties = taken(Map.of()).properties().builder().expiration("5000").build();
    Move move = moves.failed(with(properties), Optional.of(Duration.ofSeconds(10)), "e");
    assertThat(move.properties().getExpiration()).isNull();

    now = NOW.plusSeconds(14);
    assertThat(moves.onArrival(with(move.properties()))).isEmpty();
    now = NOW.plusSeconds(16);
    assertThat(moves.onArrival(with(move.properties())))
        .hasValueSatisfying(
            late ->
                assertThat(late)
                    .isInstanceOfSatisfying(
                        Move.Dead.class,
                        dead -> assertThat(dead.reason()).isEqualTo(DeadReason.EXPIRED)));
  }

  @Test
  void aMessageThatFiltersPassByIsAsOldAsItsPublish() {
    Taken taken = taken(Map.of());
    for (int i = 0; i < 100; i++) {
      Move move = moves.passedBy(taken);
      Duration wait = Duration.between(now, ((Move.Later) move).due());
      assertThat(wait).isEqualTo(Duration.ofSeconds(i < 30 ? 1 : 10));
      now = now.plus(wait);
      taken = with(move.properties());
      assertThat(taken.attempts().failed()).isZero();
    }
    assertThat(moves.onArrival(taken)).isEmpty();
    now = NOW.plus(QUEUE.ttl()).plusSeconds(1);
    assertThat(moves.onArrival(taken)).isPresent();
  }

  @Test
  void whatIsPublishedAgainWaitsAnew() {
    Taken dead = with(moves.dropped(taken(Map.of()), "e").properties());
    now = NOW.plus(Duration.ofDays(1));
    assertThat(Waits.end(QUEUE, moves.revived(dead))).isEqualTo(now.plus(QUEUE.ttl()));
    assertThat(Waits.end(QUEUE, Waits.anew(taken(Map.of()).properties(), now)))
        .isEqualTo(now.plus(QUEUE.ttl()));
  }

  @Test
  void onlyTheLastTwentyTimesAreKept() {
    Attempts attempts = Attempts.NONE;
    for (int i = 1; i <= 30; i++) {
      attempts = attempts.and(NOW.plusSeconds(i), "error " + i);
    }
    assertThat(attempts.failed()).isEqualTo(30);
    assertThat(attempts.times()).hasSize(20).last().isEqualTo(NOW.plusSeconds(30));
    assertThat(attempts.firstError()).isEqualTo("error 1");
    assertThat(attempts.lastError()).isEqualTo("error 30");
  }

  private static Taken taken(Map<String, Object> headers) {
    Map<String, Object> all = new HashMap<>(headers);
    all.put("kx-time", NOW.toEpochMilli());
    return with(new BasicProperties.Builder().messageId("m").headers(all).build());
  }

  private static Taken with(BasicProperties properties) {
    return new Taken(TENANT, QUEUE, "crm.leads.create", properties, new byte[0]);
  }
}
