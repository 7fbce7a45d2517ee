package dev.kryonix.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class WatchedTest {
  @Test
  void processorTimeIsThatOfUserAndKernelWhateverTheNameOfTheProcess() {
    String stat =
        "42 (nginx: (worker) x) S 1 42 42 0 -1 4194560 1 2 3 4 150 25 7 8 20 0 1 0 99 0 0";

    assertThat(Watched.cpu(stat)).isEqualTo(Duration.ofMillis(1750));
  }

  @Test
  void thisProcessHasTimeAndMemory() {
    Watched self = new Watched(ProcessHandle.current().pid());

    assertThat(self.cpu()).isPositive();
    assertThat(self.residentBytes()).isGreaterThan(1 << 20);
  }

  @Test
  void aProcessThatIsNotThereIsSaid() {
    assertThatThrownBy(() -> new Watched(Integer.MAX_VALUE))
        .hasMessage("there is no process " + Integer.MAX_VALUE);
  }
}
