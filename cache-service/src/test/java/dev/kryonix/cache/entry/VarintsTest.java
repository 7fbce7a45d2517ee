package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VarintsTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 300_000_000, Integer.MAX_VALUE})
  void aNumberIsReadAsItWasWrittenInTheBytesThatItTakes(int number) {
    ByteBuffer bytes = ByteBuffer.allocate(Varints.length(number));

    Varints.put(bytes, number);

    assertThat(bytes.hasRemaining()).isFalse();
    assertThat(Varints.get(bytes.flip())).isEqualTo(number);
  }

  @Test
  void whatIsBelowZeroIsNeitherWrittenNorRead() {
    ByteBuffer written = ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, 15});

    assertThatIllegalArgumentException().isThrownBy(() -> Varints.put(ByteBuffer.allocate(9), -5));
    assertThatIllegalArgumentException().isThrownBy(() -> Varints.get(written));
  }

  @Test
  void whatGoesOnAndOnIsNoNumber() {
    byte[] endless = new byte[9];
    Arrays.fill(endless, (byte) -1);

    assertThatIllegalArgumentException().isThrownBy(() -> Varints.get(ByteBuffer.wrap(endless)));
  }
}
