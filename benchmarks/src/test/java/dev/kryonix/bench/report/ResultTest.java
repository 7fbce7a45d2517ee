package dev.kryonix.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResultTest {
  private static final Result RESULT =
      new Result(
          List.of(
              Goal.atLeast("faster", 12_345.6, "per second", 12_345.5),
              Goal.atMost("smaller", 3, "MiB", 2.5)),
          "a machine",
          "abc",
          "full");

  @Test
  void jsonHasEveryGoalWithItsBound() {
    JsonObject json = JsonParser.parseString(RESULT.json()).getAsJsonObject();

    assertThat(json.get("machine").getAsString()).isEqualTo("a machine");
    assertThat(json.get("commit").getAsString()).isEqualTo("abc");
    JsonObject smaller = json.getAsJsonArray("goals").get(1).getAsJsonObject();
    assertThat(smaller.keySet()).containsExactly("name", "value", "unit", "bound", "met");
    assertThat(smaller.get("bound").getAsDouble()).isEqualTo(2.5);
    assertThat(smaller.get("met").getAsBoolean()).isFalse();
  }

  @Test
  void theTableSaysTheSame() {
    assertThat(RESULT.table().markdown())
        .isEqualTo(
            """
            | goal    | measured |  bound |       unit |    met |
            |---------|---------:|-------:|-----------:|-------:|
            | faster  |   12,346 | 12,346 | per second |    yes |
            | smaller |     3.00 |   2.50 |        MiB | **no** |
            """);
  }
}
