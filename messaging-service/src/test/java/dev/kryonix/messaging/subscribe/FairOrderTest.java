package dev.kryonix.messaging.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.messaging.topology.Lane;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FairOrderTest {
  private final FairOrder order = new FairOrder();

  @Test
  void ofTwelveMessagesTheLanesGetEightThreeAndOne() {
    add("a.high", Lane.HIGH, 1000);
    add("a", Lane.NORMAL, 1000);
    add("a.low", Lane.LOW, 1000);

    List<String> names = deal(1200);

    assertThat(Collections.frequency(names, "a.high")).isEqualTo(800);
    assertThat(Collections.frequency(names, "a")).isEqualTo(300);
    assertThat(Collections.frequency(names, "a.low")).isEqualTo(100);
    assertThat(names.subList(0, 12)).as("never starved for long").contains("a.low");
  }

  @Test
  void begunAnywhereInARoundEveryLaneComesFirstAsOftenAsItIsItsShare() {
    List<String> firsts = new ArrayList<>();
    for (int skipped = 0; skipped < FairOrder.ROUND; skipped++) {
      FairOrder begun = new FairOrder();
      begun.skip(skipped);
      for (Lane lane : Lane.values()) {
        begun.add(new Messages(lane.name(), lane, 1));
      }
      firsts.add(begun.next(lot -> true).orElseThrow().name());
    }
    assertThat(Collections.frequency(firsts, "HIGH")).isEqualTo(8);
    assertThat(Collections.frequency(firsts, "NORMAL")).isEqualTo(3);
    assertThat(Collections.frequency(firsts, "LOW")).isEqualTo(1);
  }

  @Test
  void aLaneThatHasNothingLeavesItsShareToTheOthers() {
    add("a.low", Lane.LOW, 10);
    assertThat(deal(20)).hasSize(10);
  }

  @Test
  void operationsOfALaneTakeTurns() {
    add("a", Lane.NORMAL, 1000);
    add("b", Lane.NORMAL, 2);

    assertThat(deal(5)).containsExactly("a", "b", "a", "b", "a");
  }

  @Test
  void aLotThatIsNotAdmittedIsPassedOver() {
    add("a.high", Lane.HIGH, 10);
    add("a", Lane.NORMAL, 10);

    assertThat(order.next(lot -> !lot.name().equals("a.high")))
        .hasValueSatisfying(lot -> assertThat(lot.name()).isEqualTo("a"));
    assertThat(order.next(lot -> false)).isEmpty();
  }

  private void add(String name, Lane lane, int messages) {
    order.add(new Messages(name, lane, messages));
  }

  private List<String> deal(int most) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      order
          .next(lot -> true)
          .ifPresent(
              lot -> {
                lot.take();
                names.add(lot.name());
              });
    }
    return names;
  }

  private static final class Messages implements Lot {
    private final String name;
    private final Lane lane;
    private int left;

    Messages(String name, Lane lane, int left) {
      this.name = name;
      this.lane = lane;
      this.left = left;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Lane lane() {
      return lane;
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public @Nullable Arrival take() {
      left--;
      return null;
    }
  }
}
