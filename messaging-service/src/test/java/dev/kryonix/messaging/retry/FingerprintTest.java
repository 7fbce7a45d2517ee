package dev.kryonix.messaging.retry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FingerprintTest {
  @Test
  void failuresThatDifferInNumbersAndNamesOnlyAreOneKind() {
    assertThat(of("Order 4711 of 'Ana' timed out after 30.5s"))
        .isEqualTo(of("order 1 of 'Zé'  timed out after 7s"));
    assertThat(of("no row 3f2b8c1e-0d7a-4d3e-9a67-0123456789ab"))
        .isEqualTo(of("no row 9c2b8c1e-0d7a-4d3e-9a67-0123456789ff"));
  }

  @Test
  void anotherErrorOperationOrReasonIsAnotherKind() {
    assertThat(of("timed out")).isNotEqualTo(of("refused"));
    assertThat(of("timed out"))
        .isNotEqualTo(
            Fingerprint.of("crm", "leads.update", DeadReason.ATTEMPTS_EXHAUSTED, "timed out"))
        .isNotEqualTo(Fingerprint.of("crm", "leads.create", DeadReason.DROPPED, "timed out"))
        .matches("[0-9a-f]{32}");
  }

  private static String of(String error) {
    return Fingerprint.of("crm", "leads.create", DeadReason.ATTEMPTS_EXHAUSTED, error);
  }
}
