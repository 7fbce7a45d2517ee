package dev.kryonix.tenant.suggest;

import dev.kryonix.tenant.suggest.Measure.Unit;
import dev.kryonix.tenant.suggest.Phrases.Hit;
import dev.kryonix.tenant.suggest.Token.Gap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the numbers of a text that count something: «clínica com 40 médicos», «2 mil alunos». */
final class Sizes {
  /** How far behind a number what it counts may stand: «40 experienced full time doctors». */
  private static final int UNIT_REACH = 4;

  /** How far the period may stand from what is counted for a period. */
  private static final int PERIOD_REACH = 5;

  /** The same, where it is otherwise counted as it stands. */
  private static final int SHORT_REACH = 2;

  private static final double DAYS_OF_MONTH = 30;

  private final Map<String, Measure> measures;
  private final Phrases<Unit> units;
  private final Numerals numerals;

  Sizes(Lexicon lexicon) {
    this.measures = lexicon.measures();
    this.units = lexicon.units();
    this.numerals = lexicon.numerals();
  }

  /** The sizes in a text, without those whose words mean something else where they stand. */
  List<Size> in(Text text, BitSet hidden) {
    List<Size> sizes = new ArrayList<>();
    int i = 0;
    while (i < text.size()) {
      Optional<Amount> amount = Amount.at(text, i, numerals);
      if (amount.isPresent()) {
        size(text, amount.get()).filter(size -> !hidden.get(size.last())).ifPresent(sizes::add);
        i = amount.get().last() + 1;
      } else {
        i++;
      }
    }
    return sizes;
  }

  private Optional<Size> size(Text text, Amount amount) {
    if (isPrice(text, amount) || isShare(text, amount)) {
      return Optional.empty();
    }
    return behind(text, amount).or(() -> before(text, amount));
  }

  private Optional<Size> behind(Text text, Amount amount) {
    int farthest = Math.min(text.size() - 1, amount.last() + UNIT_REACH);
    for (int i = amount.last() + 1; i <= farthest; i++) {
      Token token = text.token(i);
      if (token.gap() != Gap.SPACE || token.isNumber()) {
        return Optional.empty();
      }
      Optional<Hit<Unit>> unit = unit(text, i, false);
      if (unit.isPresent()) {
        return size(text, amount, unit.get());
      }
      if (!numerals.stops().at(text, i).isEmpty()) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** «equipe de 12», and «funcionários: 30». */
  private Optional<Size> before(Text text, Amount amount) {
    int first = amount.first();
    if (first > 0 && isColon(text, first) && isEnd(text, amount.last())) {
      return unit(text, first - 1, false).flatMap(hit -> size(text, amount, hit));
    }
    if (first > 1 && isJoined(text, first) && Phrase.isGlue(text.token(first - 1).word())) {
      return unit(text, first - 2, true)
          .filter(hit -> isJoined(text, first - 1))
          .flatMap(hit -> size(text, amount, hit));
    }
    return Optional.empty();
  }

  private Optional<Hit<Unit>> unit(Text text, int at, boolean before) {
    return units.at(text, at).stream().filter(hit -> hit.meaning().before() == before).findFirst();
  }

  private Optional<Size> size(Text text, Amount amount, Hit<Unit> unit) {
    Measure measure = measure(unit.meaning().measure());
    int first = Math.min(amount.first(), unit.first());
    int last = Math.max(amount.last(), unit.last());
    if (measure.perDay()) {
      return Optional.of(
          periodBehind(text, last, PERIOD_REACH)
              .or(() -> periodBefore(text, first))
              .map(period -> perDay(measure, amount, period, first, last))
              .orElseGet(() -> new Size(measure, amount.value() / DAYS_OF_MONTH, first, last)));
    }
    Optional<Hit<Double>> period = periodBehind(text, last, SHORT_REACH);
    if (period.isPresent()) {
      return measure
          .withPeriod()
          .map(name -> perDay(measure(name), amount, period.get(), first, last));
    }
    return Optional.of(new Size(measure, amount.value(), first, last));
  }

  private static Size perDay(
      Measure measure, Amount amount, Hit<Double> period, int first, int last) {
    return new Size(
        measure,
        amount.value() / period.meaning(),
        Math.min(first, period.first()),
        Math.max(last, period.last()));
  }

  private Measure measure(String name) {
    return Optional.ofNullable(measures.get(name)).orElseThrow();
  }

  private Optional<Hit<Double>> periodBehind(Text text, int last, int reach) {
    for (int i = last + 1; i < text.size() && i <= last + reach; i++) {
      if (text.token(i).gap() == Gap.SENTENCE || text.token(i).isNumber()) {
        break;
      }
      List<Hit<Double>> hits = numerals.periods().at(text, i);
      if (!hits.isEmpty()) {
        return Optional.of(longest(hits));
      }
    }
    return Optional.empty();
  }

  private Optional<Hit<Double>> periodBefore(Text text, int first) {
    int from = first;
    while (from > Math.max(0, first - PERIOD_REACH) && isJoined(text, from)) {
      from--;
    }
    Optional<Hit<Double>> nearest = Optional.empty();
    for (int i = from; i < first; i++) {
      for (Hit<Double> hit : numerals.periods().at(text, i)) {
        if (hit.last() < first && hit.last() > nearest.map(Hit::last).orElse(-1)) {
          nearest = Optional.of(hit);
        }
      }
    }
    return nearest;
  }

  private static Hit<Double> longest(List<Hit<Double>> hits) {
    Hit<Double> longest = hits.getFirst();
    for (Hit<Double> hit : hits) {
      longest = hit.last() > longest.last() ? hit : longest;
    }
    return longest;
  }

  private boolean isPrice(Text text, Amount amount) {
    String gap = text.gapBefore(amount.first());
    boolean sign = gap.length() <= 3 && gap.codePoints().anyMatch(Sizes::isCurrency);
    return sign
        || (amount.first() > 0
            && isJoined(text, amount.first())
            && !numerals.money().at(text, amount.first() - 1).isEmpty());
  }

  private static boolean isShare(Text text, Amount amount) {
    return text.gapAfter(amount.last()).startsWith("%");
  }

  private static boolean isCurrency(int character) {
    return Character.getType(character) == Character.CURRENCY_SYMBOL;
  }

  private static boolean isColon(Text text, int at) {
    return text.gapBefore(at).strip().equals(":");
  }

  private static boolean isEnd(Text text, int at) {
    return at + 1 == text.size() || !isJoined(text, at + 1);
  }

  private static boolean isJoined(Text text, int at) {
    return text.token(at).gap() == Gap.SPACE;
  }
}
