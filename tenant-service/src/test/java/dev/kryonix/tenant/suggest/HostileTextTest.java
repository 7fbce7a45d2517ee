package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.kryonix.kit.catalog.Catalog;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Texts that are made to take long, and dozens of times as long as the contract lets through. In
 * linear time that takes a second or two at most, in quadratic time minutes.
 */
final class HostileTextTest {
  private static final int LENGTH = 1 << 18;
  private static final Duration AT_MOST = Duration.ofSeconds(60);

  private final Suggestions suggestions = new Suggestions(Catalog.builtIn());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        " ",
        "a ",
        "1",
        "1 ",
        "9.",
        "mil ",
        "dois e ",
        "clínica ",
        "clinicx ",
        "não ",
        "não, ",
        "sem x y ",
        "40 médicos, ",
        "plano de de de ",
        "white label ",
        "agendamentu ",
        "mais de ",
        "faculdade de medicina ",
        // Marks of several classes, which a normalizer would sort.
        "a\u0301\u0323\u0334",
        "\u0301",
        "\u0000",
        "\u202e\u05d0 ",
        "🏥",
        "\ud83c",
        "ﷺ",
        "don't'",
        "((a+)+)+$",
        "R$ 5% "
      })
  void aTextOfAQuarterMegabyteIsReadInTimeThatGrowsWithItsLength(String part) {
    String text = part.repeat(LENGTH / part.length()) + "x";

    Suggested suggested =
        assertTimeoutPreemptively(AT_MOST, () -> suggestions.suggest("retail", text));

    assertThat(suggested.modules()).isNotEmpty();
  }
}
