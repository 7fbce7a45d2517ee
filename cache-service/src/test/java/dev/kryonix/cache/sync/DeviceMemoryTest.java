package dev.kryonix.cache.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.cache.v1.Mutation;
import dev.kryonix.api.cache.v1.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is remembered of a device. */
class DeviceMemoryTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void aClockThatWasWrongOnceDoesNotMakeLaterMutationsTooOld() {
    DeviceMemory memory = new DeviceMemory();
    long wrong = HybridClock.at(NOW.plus(Duration.ofDays(3650)), 0);
    remember(memory, "wrong", wrong);
    for (int i = 0; i < DeviceMemory.MOST; i++) {
      remember(memory, "m-" + i, HybridClock.at(NOW.plusSeconds(i), 0));
    }

    assertThat(memory.verdict("wrong")).isEmpty();
    assertThat(memory.isTooOld(mutation(HybridClock.at(NOW.plusSeconds(1), 0)))).isFalse();
    assertThat(memory.isTooOld(mutation(HybridClock.at(NOW.minusSeconds(1), 0)))).isTrue();
  }

  @Test
  void aClockThatWasAheadAndIsSetRightDoesNotMakeLaterMutationsTooOld() {
    DeviceMemory memory = new DeviceMemory();
    remember(memory, "ahead", HybridClock.at(NOW.plus(Duration.ofMinutes(4)), 0));
    Instant right = NOW.minusSeconds(60);
    for (int i = 0; i < DeviceMemory.MOST; i++) {
      remember(memory, "m-" + i, HybridClock.at(right.plusMillis(i), 0));
    }

    assertThat(memory.isTooOld(mutation(HybridClock.at(right.plusMillis(1), 0)))).isFalse();
    assertThat(memory.isTooOld(mutation(HybridClock.at(right, 0)))).isTrue();
    assertThat(memory.verdict("ahead")).isPresent();
    assertThat(memory.verdict("m-0")).isEmpty();
    assertThat(DeviceMemory.parse(memory.bytes()).verdict("ahead")).isPresent();
  }

  private static void remember(DeviceMemory memory, String id, long clock) {
    memory.remember(
        id, VerdictKind.VERDICT_KIND_APPLIED, HybridClock.accepted(clock, NOW.plusSeconds(0), 0));
  }

  private static Mutation mutation(long clock) {
    return Mutation.newBuilder().setClock(clock).build();
  }
}
