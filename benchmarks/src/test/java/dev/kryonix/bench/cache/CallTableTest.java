package dev.kryonix.bench.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.bench.load.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallTableTest {
  private final Scores scores = new Scores();

  @Test
  void aRowSaysWhoseProcessorTimeACallTakes() {
    add(Contests.LETTUCE, 1000, new Costs.Parts(5, 1, 1, 20));
    add(Contests.KRYONIX, 400, new Costs.Parts(6, 40, 1, 50));
    add(Contests.GATEWAY, 100, new Costs.Parts(7, 60, 90, 70));
    add(Contests.REDIS_BENCHMARK, 2000, Costs.Parts.UNKNOWN);

    assertThat(rows(Contests.LETTUCE, Contests.KRYONIX, Contests.GATEWAY, Contests.REDIS_BENCHMARK))
        .containsExactly(
            "Get|lettuce|1,000 (1,000–1,000)|–|10.0|30.0|5.00|–|–|20.0",
            "Get|Kryonix|400 (400–400)|40.0%|10.0|30.0|6.00|40.0|–|50.0",
            "Get|through the gateway|100 (100–100)|10.0%|10.0|30.0|7.00|60.0|90.0|70.0",
            "Get|redis-benchmark|2,000 (2,000–2,000)|200%|10.0|30.0|–|–|–|–");
  }

  @Test
  void aShareIsTheMedianOfTheRoundsShares() {
    for (double[] round : new double[][] {{1000, 400}, {2000, 600}, {500, 250}}) {
      add(Contests.LETTUCE, round[0], Costs.Parts.UNKNOWN);
      add(Contests.KRYONIX, round[1], Costs.Parts.UNKNOWN);
    }

    assertThat(rows(Contests.KRYONIX).getFirst()).contains("|40.0%|");
  }

  private void add(String subject, double perSecond, Costs.Parts parts) {
    scores.add("Get", subject, new Costs.Taken(new Sample(perSecond, 10, 0, 30, 0, 0), parts));
  }

  private List<String> rows(String... subjects) {
    CallTable table = new CallTable(scores, "calls");
    table.add("Get", List.of(subjects));
    return table
        .markdown()
        .lines()
        .skip(2)
        .map(line -> line.substring(2, line.length() - 2).replaceAll(" *\\| *", "|"))
        .toList();
  }
}
