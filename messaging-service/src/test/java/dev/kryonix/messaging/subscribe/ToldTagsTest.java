package dev.kryonix.messaging.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.messaging.subscribe.ToldTags.Acknowledgement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ToldTagsTest {
  private final ToldTags told = new ToldTags();

  @Test
  void whatFollowsWithoutAGapIsAcknowledgedAtOnce() {
    assertThat(told.acknowledge(List.of(2L, 1L, 3L))).containsExactly(new Acknowledgement(3, true));
  }

  @Test
  void whatIsStillHeldIsNotAcknowledgedWithOthers() {
    assertThat(told.acknowledge(List.of(1L, 3L, 4L)))
        .containsExactly(
            new Acknowledgement(1, true),
            new Acknowledgement(3, false),
            new Acknowledgement(4, false));
    assertThat(told.acknowledge(List.of(2L, 5L))).containsExactly(new Acknowledgement(5, true));
  }

  @Test
  void theTagThatIsNamedIsAlwaysOneThatTheBrokerStillKnows() {
    told.add(2);
    assertThat(told.acknowledge(List.of(1L))).containsExactly(new Acknowledgement(1, true));
    assertThat(told.acknowledge(List.of(3L))).containsExactly(new Acknowledgement(3, true));
  }

  @Test
  void behindAMessageThatIsHeldForLongEachIsAcknowledgedAlone() {
    for (long tag = 2; tag < 20_000; tag++) {
      assertThat(told.acknowledge(List.of(tag))).containsExactly(new Acknowledgement(tag, false));
    }
    assertThat(told.acknowledge(List.of(1L))).containsExactly(new Acknowledgement(1, false));
  }

  @Test
  void aBrokerEndsUpWithWhatWasNotAcknowledgedHoweverItIsTold() {
    Random random = new Random(7);
    Set<Long> unsettled = new HashSet<>();
    List<Long> held = new ArrayList<>();
    long last = 0;
    for (int step = 0; step < 2000; step++) {
      for (int i = random.nextInt(4); i > 0; i--) {
        last++;
        unsettled.add(last);
        held.add(last);
      }
      Collections.shuffle(held, random);
      if (!held.isEmpty() && random.nextInt(5) == 0) {
        long refused = held.removeLast();
        told.add(refused);
        unsettled.remove(refused);
      }
      List<Long> batch = List.copyOf(held.subList(0, random.nextInt(held.size() + 1)));
      held.removeAll(batch);
      for (Acknowledgement each : told.acknowledge(batch)) {
        assertThat(unsettled).as("the broker knows the tag").contains(each.tag());
        unsettled.removeIf(tag -> each.andAllBefore() ? tag <= each.tag() : tag == each.tag());
      }
      assertThat(unsettled).containsExactlyInAnyOrderElementsOf(held);
    }
  }
}
