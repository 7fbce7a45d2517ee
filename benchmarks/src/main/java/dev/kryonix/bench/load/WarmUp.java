package dev.kryonix.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts loads on in turn until none of them gets faster, since what JVMs run is compiled by then:
 * all of them as long as the slowest to become warm, so that none is ahead of another.
 *
 * @param turn how long each is on at a time
 * @param most turns of each
 */
public record WarmUp(Duration turn, int most) {
  /** Before so many turns nobody can tell whether a rate rises. */
  private static final int LEAST = 4;

  private static final int LAST = 2;

  /** Rates of one load differ by this much anyway. */
  private static final double NOISE = 1.03;

  /** A load; gives its rate. */
  public interface Load {
    double run(Duration time) throws IOException, InterruptedException;
  }

  /** Gives how many turns each load had. */
  public int run(List<Load> loads) throws IOException, InterruptedException {
    List<List<Double>> rates = new ArrayList<>();
    loads.forEach(each -> rates.add(new ArrayList<>()));
    int turns = 0;
    do {
      for (int i = 0; i < loads.size(); i++) {
        rates.get(i).add(loads.get(i).run(turn));
      }
      turns++;
    } while (turns < most && rates.stream().anyMatch(WarmUp::isRising));
    return turns;
  }

  /** Whether one of the last turns was better than all before. */
  private static boolean isRising(List<Double> rates) {
    if (rates.size() < LEAST) {
      return true;
    }
    int before = rates.size() - LAST;
    return best(rates.subList(before, rates.size())) > NOISE * best(rates.subList(0, before));
  }

  private static double best(List<Double> rates) {
    return rates.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
