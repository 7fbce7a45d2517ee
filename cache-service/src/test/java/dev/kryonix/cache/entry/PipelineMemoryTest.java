package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PipelineMemoryTest {
  private static final long MIB = 1 << 20;

  @Test
  void oneStreamHoldsNoMoreThanItsShare() {
    PipelineMemory memory = new PipelineMemory(1000 * MIB);
    try (PipelineMemory.Share share = memory.share()) {
      assertThat(share.take(PipelineMemory.Share.MOST)).isTrue();
      assertThat(share.take(1)).isFalse();

      share.give(10);
      assertThat(share.take(10)).isTrue();
      assertThat(memory.share().take(10)).as("another stream").isTrue();
    }
  }

  @Test
  void allStreamsTogetherHoldNoMoreThanThereIsAndAClosedOneGivesAllBack() {
    PipelineMemory memory = new PipelineMemory(40 * MIB);
    PipelineMemory.Share one = memory.share();
    PipelineMemory.Share other = memory.share();
    assertThat(one.take(30 * MIB)).isTrue();
    assertThat(other.take(20 * MIB)).isFalse();
    assertThat(other.take(10 * MIB)).isTrue();

    one.close();
    one.give(30 * MIB);
    one.close();

    assertThat(one.take(1)).as("a closed one").isFalse();
    assertThat(other.take(20 * MIB)).isTrue();
    assertThat(memory.share().take(10 * MIB)).isTrue();
    assertThat(memory.share().take(1)).isFalse();
  }
}
