package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.catalog.Catalog;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvFileSource;

/** What real descriptions are read as. */
final class DescriptionsTest {
  private final Suggestions suggestions = new Suggestions(Catalog.builtIn());

  /** A line of the file: what the company says, and what it should be suggested. */
  private record Line(
      String stated,
      String description,
      String sector,
      String plan,
      List<String> with,
      List<String> without) {
    static Line of(ArgumentsAccessor columns) {
      return new Line(
          text(columns.getString(0)),
          text(columns.getString(1)),
          text(columns.getString(2)),
          text(columns.getString(3)),
          words(columns.getString(4)),
          words(columns.getString(5)));
    }

    private static String text(@Nullable String column) {
      return column == null ? "" : column;
    }

    private static List<String> words(@Nullable String column) {
      return Stream.of(text(column).split(" ")).filter(word -> !word.isEmpty()).toList();
    }
  }

  @ParameterizedTest
  @CsvFileSource(
      resources = "/suggest/descriptions.csv",
      delimiter = '|',
      quoteCharacter = '`',
      numLinesToSkip = 1)
  void aDescriptionIsReadAsItsWriterMeantIt(ArgumentsAccessor columns) {
    Line line = Line.of(columns);

    Suggested suggested = suggestions.suggest(line.stated(), line.description());

    assertThat(suggested.sector().map(Choice::value).orElse("")).isEqualTo(line.sector());
    assertThat(suggested.plan().value()).isEqualTo(line.plan());
    assertThat(suggested.modules())
        .extracting(Choice::value)
        .containsAll(line.with())
        .filteredOn(line.without()::contains)
        .isEmpty();
  }
}
