package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class SharesTest {
  private static final long WHOLE = 1_000_000_000;

  @Test
  void onlyWhatWasReallyFreedIsGivenToOthers() {
    // The first bucket was to be left with a tenth, and has been filled up to four meanwhile.
    long[] lowered = {400_000_000, 250_000_000, 250_000_000};

    long[] raised = Shares.raised(lowered, new long[] {100_000_000, 650_000_000, 250_000_000});

    assertThat(raised).containsExactly(400_000_000, 350_000_000, 250_000_000);
  }

  @Test
  void sharesNeverComeToMoreThanTheWhole() {
    long[] full = {700_000_000, 600_000_000};
    assertThat(Shares.raised(full, new long[] {WHOLE, WHOLE})).isEqualTo(full);
    long[] some = Shares.raised(new long[] {1, 2, 3}, new long[] {WHOLE, WHOLE, WHOLE});
    assertThat(Arrays.stream(some).sum()).isBetween(WHOLE - 3, WHOLE);
  }
}
