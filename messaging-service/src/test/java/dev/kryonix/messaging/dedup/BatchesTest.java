package dev.kryonix.messaging.dedup;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class BatchesTest {
  @Test
  void aBatchThatEndsInADefectHoldsUpNoneBehindIt() {
    List<Integer> done = new CopyOnWriteArrayList<>();
    Batches<Integer> batches =
        new Batches<>(
            "test",
            1,
            batch -> {
              if (batch.getFirst() % 2 == 0) {
                throw new IllegalStateException("defect");
              }
              done.addAll(batch);
            });

    for (int i = 0; i < 10; i++) {
      batches.add(i);
    }

    await().until(() -> done.equals(List.of(1, 3, 5, 7, 9)));
  }
}
