package dev.kryonix.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WarmUpTest {
  private static final Duration TURN = Duration.ofMillis(1);

  @Test
  void endsAsSoonAsTheLastTurnsWereNoBetter() throws IOException, InterruptedException {
    assertThat(turns(20, 100, 200, 300, 310, 305, 312, 309)).isEqualTo(6);
  }

  @Test
  void oneSlowTurnIsNotTheEndOfTheRise() throws IOException, InterruptedException {
    assertThat(turns(20, 100, 200, 150, 300, 290, 400, 401, 402, 403)).isEqualTo(8);
  }

  @Test
  void goesOnNoLongerThanItMay() throws IOException, InterruptedException {
    assertThat(turns(3, 100, 200, 300, 400)).isEqualTo(3);
  }

  @Test
  void allHaveAsManyTurnsAsTheSlowestToBecomeWarm() throws IOException, InterruptedException {
    Iterator<Double> rising = rates(100, 200, 300, 310, 305, 312, 309);
    List<Duration> steady = new ArrayList<>();

    int turns =
        new WarmUp(TURN, 20)
            .run(
                List.of(
                    time -> {
                      steady.add(time);
                      return 100;
                    },
                    time -> rising.next()));

    assertThat(turns).isEqualTo(6);
    assertThat(steady).hasSize(6).containsOnly(TURN);
  }

  private static int turns(int most, double... rates) throws IOException, InterruptedException {
    Iterator<Double> each = rates(rates);
    return new WarmUp(TURN, most).run(List.of(time -> each.next()));
  }

  private static Iterator<Double> rates(double... rates) {
    return java.util.Arrays.stream(rates).iterator();
  }
}
