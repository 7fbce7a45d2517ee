package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.catalog.Catalog;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a slip of the pen is, and what is a word of its own. */
final class SpellingTest {
  private final Spelling spelling = Lexicon.builtIn(Catalog.builtIn()).spelling();

  @ParameterizedTest
  @CsvSource({
    "agendameto, agendamento",
    "agendammento, agendamento",
    "agendanento, agendamento",
    "agendaemnto, agendamento",
    "imobiliaira, imobiliari",
    "clincia, clinica",
    "pharamcy, pharmac"
  })
  void oneSlipInALongWordIsReadAsTheWordThatIsMeant(String written, String meant) {
    Token token = spelling.correct(Text.of(written)).token(0);

    assertThat(token.word()).isEqualTo(meant);
    assertThat(token.misspelt()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "corredores",
        "escolha",
        "massages",
        "patience",
        "properly",
        "contatos",
        "professora",
        "agendas",
        "agdnmento",
        "zgendamento",
        "crn"
      })
  void wordsOfTheirOwnTwoSlipsAndShortWordsStayAsTheyAre(String written) {
    assertThat(spelling.correct(Text.of(written)).token(0).misspelt()).isFalse();
  }
}
