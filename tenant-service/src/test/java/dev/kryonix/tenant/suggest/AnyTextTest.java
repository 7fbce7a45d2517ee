package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.catalog.Catalog;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of every answer, whatever was written. */
final class AnyTextTest {
  private static final int MOST_REASONS = 8;
  private static final int LONGEST_QUOTE = 1000;

  private final Catalog catalog = Catalog.builtIn();
  private final Suggestions suggestions = new Suggestions(catalog);

  @Provide
  Arbitrary<String> texts() {
    return Writings.texts();
  }

  @Provide
  Arbitrary<String> noise() {
    return Writings.noise().map(text -> text + "x");
  }

  @Property(tries = 1500)
  void everyQuoteIsInTheTextAsItIsWritten(@ForAll("texts") String text) {
    Suggested suggested = suggestions.suggest("varejo", text);

    assertThat(choices(suggested))
        .allSatisfy(
            choice -> {
              assertThat(choice.confidence()).isBetween(0.0, 1.0);
              assertThat(choice.reasons()).isNotEmpty().hasSizeLessThanOrEqualTo(MOST_REASONS);
              assertThat(choice.reasons())
                  .allSatisfy(
                      reason -> {
                        assertThat(reason.rule()).isNotBlank();
                        assertThat(reason.quote()).hasSizeLessThan(LONGEST_QUOTE);
                        assertThat(List.of("varejo", text))
                            .anyMatch(written -> written.contains(reason.quote()));
                      });
            });
  }

  @Property(tries = 1000)
  void everyNameIsInTheCatalogueOnce(@ForAll("texts") String text) {
    Suggested suggested = suggestions.suggest("", text + " x");

    suggested.sector().ifPresent(each -> assertThat(catalog.sectors()).containsKey(each.value()));
    assertThat(catalog.plans()).containsKey(suggested.plan().value());
    assertThat(suggested.modules())
        .isNotEmpty()
        .extracting(Choice::value)
        .doesNotHaveDuplicates()
        .isSubsetOf(catalog.modules().keySet());
    assertThat(suggested.words()).extracting(Choice::subject).doesNotHaveDuplicates();
    assertThat(suggested.modules())
        .isSortedAccordingTo((one, other) -> Double.compare(other.confidence(), one.confidence()));
  }

  @Property(tries = 100)
  void theSameTextHasAlwaysTheSameAnswer(@ForAll("texts") String text) {
    Suggestions another = new Suggestions(catalog);

    assertThat(another.suggest("medicina", text)).isEqualTo(suggestions.suggest("medicina", text));
  }

  @Property(tries = 2000)
  void noiseHasAnAnswerLikeAnyText(@ForAll("noise") String noise) {
    assertThat(suggestions.suggest("", noise).modules()).isNotEmpty();
  }

  private static Stream<Choice> choices(Suggested suggested) {
    return Stream.of(
            suggested.sector().stream(),
            Stream.of(suggested.plan()),
            suggested.modules().stream(),
            suggested.words().stream(),
            suggested.compliance().stream())
        .flatMap(each -> each);
  }
}
