package dev.kryonix.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.bench.report.Spread;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FiguresTest {
  private final Figures figures = new Figures();

  @Test
  void aFigureIsTheMedianOfTheRoundsWithItsRange() {
    add("gateway", 300, 100, 200);

    assertThat(figures.spread("load", "gateway", Sample::p50)).isEqualTo(new Spread(200, 100, 300));
  }

  @Test
  void whatIsAddedIsComparedWithinTheRound() {
    add("direct", 100, 500);
    add("gateway", 180, 570);

    assertThat(figures.added("load", "gateway", "direct", Sample::p50))
        .isEqualTo(new Spread(75, 70, 80));
  }

  @Test
  void aShareIsComparedWithinTheRound() {
    add("direct", 100, 200, 400);
    add("gateway", 50, 150, 120);

    assertThat(figures.share("load", "gateway", "direct", Sample::p50))
        .isEqualTo(new Spread(50, 30, 75));
  }

  @Test
  void whoTookNoPartHasNoFigure() {
    assertThatThrownBy(() -> figures.spread("load", "nginx", Sample::p50))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyOtherRoundGoesBackwards() {
    assertThat(Rounds.order(List.of("a", "b", "c"), 0)).containsExactly("a", "b", "c");
    assertThat(Rounds.order(List.of("a", "b", "c"), 1)).containsExactly("c", "b", "a");
  }

  private void add(String subject, double... medians) {
    for (double median : medians) {
      figures.add("load", subject, new Sample(0, median, 0, 0, 0, 0));
    }
  }
}
