package dev.kryonix.messaging.retry;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DeathTest {
  private static final Instant TIME = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void whatTheServiceWroteCounts() {
    Death death =
        Death.of(
            with(
                Map.of(
                    "kx-dead-reason", "DROPPED",
                    "kx-dead-queue", "crm.leads.create.high",
                    "kx-dead-time", TIME.toEpochMilli(),
                    "kx-attempts", 2L,
                    "kx-first-error", "first",
                    "kx-last-error", "last")));
    assertThat(death)
        .isEqualTo(
            new Death(
                DeadReason.DROPPED,
                "crm.leads.create.high",
                TIME,
                new Attempts(2, List.of(), "first", "last")));
  }

  @Test
  void whatTheBrokerPutThereExpiredInItsLastQueue() {
    Map<String, Object> last =
        Map.of("queue", "crm.leads.create", "reason", "expired", "time", Date.from(TIME));
    Map<String, Object> before = Map.of("queue", "kryonix.retry.1s", "reason", "expired");
    Death death = Death.of(with(Map.of("x-death", List.of(last, before), "kx-attempts", 1L)));
    assertThat(death.reason()).isEqualTo(DeadReason.EXPIRED);
    assertThat(death.queue()).isEqualTo("crm.leads.create");
    assertThat(death.time()).isEqualTo(TIME);
    assertThat(death.attempts().failed()).isEqualTo(1);
  }

  @Test
  void aMessageThatKillsItsServiceHasHadItsAttempts() {
    Map<String, Object> limit = Map.of("queue", "crm.leads.create", "reason", "delivery_limit");
    assertThat(Death.of(with(Map.of("x-death", List.of(limit)))).reason())
        .isEqualTo(DeadReason.ATTEMPTS_EXHAUSTED);
  }

  @Test
  void headersOfAnyFormAreRead() {
    assertThat(Death.of(new BasicProperties()).time()).isEqualTo(Instant.EPOCH);
    assertThat(Death.of(with(Map.of("x-death", "no", "kx-dead-reason", 7))).queue()).isEmpty();
    assertThat(Death.of(with(Map.of("x-death", List.of("no")))).queue()).isEmpty();
  }

  private static BasicProperties with(Map<String, Object> headers) {
    return new BasicProperties.Builder().headers(headers).build();
  }
}
