package dev.kryonix.kit.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class HkdfTest {
  private static final HexFormat HEX = HexFormat.of();

  /** Appendix A.3: salt and info are empty. */
  @Test
  void derivesWhatRfc5869Derives() {
    byte[] input = HEX.parseHex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");

    byte[] derived = Hkdf.bytes(new SecretKeySpec(input, "HKDF"), new byte[0], "", 42);

    assertThat(HEX.formatHex(derived))
        .isEqualTo(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }

  @Test
  void anotherOwnerOrPurposeGivesAnotherKey() {
    SecretKeySpec key = new SecretKeySpec(new byte[32], "HKDF");

    assertThat(Hkdf.aesKey(key, new byte[] {1}, "a").getEncoded())
        .hasSize(32)
        .isNotEqualTo(Hkdf.aesKey(key, new byte[] {2}, "a").getEncoded())
        .isNotEqualTo(Hkdf.aesKey(key, new byte[] {1}, "b").getEncoded());
  }
}
