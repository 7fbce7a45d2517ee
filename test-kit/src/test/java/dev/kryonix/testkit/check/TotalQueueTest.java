package dev.kryonix.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TotalQueueTest {
  private final TotalQueue queue = new TotalQueue();

  @Test
  void whatWasConfirmedAndIsNowhereIsLost() {
    publish("seen", Outcome.OK);
    publish("held", Outcome.OK);
    publish("gone", Outcome.OK);
    queue.delivered("seen", false);
    queue.held("held");

    assertThat(queue.missing()).containsExactly("gone");
    assertThat(queue.report().lost()).containsExactly("gone");
    assertThat(queue.report().holds()).isFalse();
    assertThat(queue.confirmed()).isEqualTo(3);
  }

  @Test
  void whatNobodyKnowsIsNeitherLostNorDone() {
    publish("delivered", Outcome.UNKNOWN);
    publish("not", Outcome.UNKNOWN);
    queue.publishing("unanswered");
    queue.delivered("delivered", false);

    TotalQueue.Report report = queue.report();

    assertThat(report.holds()).isTrue();
    assertThat(report.confirmed()).isZero();
    assertThat(report.unknown()).isEqualTo(3);
  }

  @Test
  void aSecondDeliveryMustBeMarked() {
    publish("marked", Outcome.OK);
    publish("unmarked", Outcome.OK);
    publish("markedAtFirst", Outcome.OK);
    queue.delivered("marked", false);
    queue.delivered("marked", true);
    queue.delivered("unmarked", false);
    queue.delivered("unmarked", false);
    queue.delivered("markedAtFirst", true);

    assertThat(queue.report().unmarked()).containsExactly("unmarked");
    assertThat(queue.report().again()).isEqualTo(2);
    assertThat(queue.report().holds()).isFalse();
  }

  @Test
  void aFirstDeliveryThatIsReadAfterTheSecondNeedsNoMark() {
    publish("overtaken", Outcome.OK);
    queue.delivered("overtaken", true);
    queue.delivered("overtaken", false);

    assertThat(queue.report().holds()).isTrue();
  }

  @Test
  void whatWasRefusedOrNeverPublishedIsNotExpected() {
    publish("refused", Outcome.FAILED);
    queue.delivered("refused", false);
    queue.delivered("stranger", false);

    assertThat(queue.report().unexpected()).containsExactly("refused", "stranger");
    assertThat(queue.report().holds()).isFalse();
  }

  @Test
  void aDeliveryMayComeBeforeTheConfirm() {
    queue.publishing("early");
    queue.delivered("early", false);
    queue.published("early", Outcome.OK);

    assertThat(queue.report().holds()).isTrue();
  }

  @Test
  void aNameIsPublishedOnce() {
    publish("one", Outcome.OK);

    assertThatThrownBy(() -> queue.publishing("one")).hasMessageContaining("one");
  }

  private void publish(String message, Outcome outcome) {
    queue.publishing(message);
    queue.published(message, outcome);
  }
}
