package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words and numbers, and where they stand. */
final class TextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Clínica ODONTOLÓGICA|clinica odontologica",
        "we don't, we won’t|we dont we wont",
        "é e É|eh e eh",
        "e-mail/white-label|e mail white label",
        "1.200 e 1,5|1200 e 1.5",
        "10k|10 k",
        "ﬁnanceiro|financeiro",
        "ｚａｐ|zap",
        "１２|12",
        "🏥clínica🦷|clinica",
        "'quoted'|quoted"
      })
  void aWordIsFoldedAndANumberIsInPlainDigits(String written, String words) {
    assertThat(Text.of(written).tokens().stream().map(Token::word))
        .containsExactly(words.split(" "));
  }

  @Test
  void aQuoteIsTheTextAsWrittenWithItsCombiningMarks() {
    Text text = Text.of("na cli\u0301nica\u200f, sim");

    assertThat(text.quote(1, 1)).isEqualTo("cli\u0301nica");
    assertThat(text.token(1).word()).isEqualTo("clinica");
  }

  @Test
  void aPhraseEndsAtASentenceACommaOrAWideGap() {
    Phrase phrase = Phrase.parse("plano saude");

    assertThat(phrase.end(Text.of("plano de  saúde"), 0)).isEqualTo(2);
    assertThat(phrase.end(Text.of("plano. Saúde"), 0)).isEqualTo(-1);
    assertThat(phrase.end(Text.of("plano, saúde"), 0)).isEqualTo(-1);
    assertThat(phrase.end(Text.of("plano" + " ".repeat(40) + "saúde"), 0)).isEqualTo(-1);
  }
}
