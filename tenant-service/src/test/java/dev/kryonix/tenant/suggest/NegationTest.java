package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.catalog.Catalog;
import java.util.BitSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far a negation reaches: x, y and z stand for what may be denied. */
final class NegationTest {
  private final Lexicon lexicon = Lexicon.builtIn(Catalog.builtIn());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "não usamos x|x",
        "não usamos x. usamos y|x",
        "não usamos x, y ou z|x y z",
        "não usamos x nem y, só z|x y",
        "não usamos x, mas usamos y|x",
        "não usamos x e queremos y|x",
        "não temos x, y é essencial|x",
        "não temos x, com 40 médicos y|x",
        "sem x, com y|x",
        "sem x e sem y|x y",
        "x não usamos|x",
        "o x não é necessário, y sim|x",
        "x: não. y: sim|x",
        "não só x mas y|''",
        "ainda não temos x|''",
        "não conseguimos fazer x|''",
        "não queremos perder x|''",
        "não vivemos sem x|''",
        "sem x não dá|''",
        "atendemos no x e no y|''",
        "precisamos de tudo menos x|x",
        "em vez de x usamos y|x",
        "nunca x. y|x",
        "we don't need x, y or z|x y z",
        "we don’t use x but y|x",
        "we have no x and no y for our z|x y z",
        "neither x nor y|x y",
        "we have x without y|y",
        "we can't work without x|''",
        "x is not needed|x",
        "we don't have x yet|''",
        "not only x|''",
        "instead of x we use y|x",
        "no more than 5 x|''"
      })
  void aNegationReachesToTheEndOfItsClause(String written, String expected) {
    Text text = Text.of(written);

    BitSet negated = Negation.in(text, lexicon);

    assertThat(
            IntStream.range(0, text.size())
                .filter(negated::get)
                .mapToObj(i -> text.token(i).word())
                .filter(word -> "xyz".contains(word))
                .collect(Collectors.joining(" ")))
        .isEqualTo(expected);
  }
}
