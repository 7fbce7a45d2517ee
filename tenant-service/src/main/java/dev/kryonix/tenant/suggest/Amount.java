package dev.kryonix.tenant.suggest;

import dev.kryonix.tenant.suggest.Token.Gap;
import java.util.Optional;
import java.util.Set;

/**
 * A number in a text, in digits or words: {@code 1.200}, {@code 10 mil}, {@code vinte e cinco}.
 *
 * @param value the number; one more where the text says «mais de»
 * @param first the place of its first word
 * @param last the place of its last word
 */
record Amount(double value, int first, int last) {
  private static final Set<String> AND = Set.of("e", "and");
  private static final Set<String> NOT = Set.of("no", "not", "nao");
  private static final int THOUSAND = 1000;
  private static final int GROUP = 3;

  /** No company counts more; it keeps the product of many multipliers finite. */
  private static final double MOST = 1e15;

  /** How far before a number «mais de» may begin. */
  private static final int BOUND_REACH = 3;

  /** The number that begins at that token. */
  static Optional<Amount> at(Text text, int first, Numerals numerals) {
    double total = 0;
    double part = 0;
    int last = first - 1;
    for (int i = first; i < text.size() && (i == first || isJoined(text, i)); i++) {
      Token token = text.token(i);
      Integer unit = numerals.units().get(token.word());
      Integer multiplier =
          mayMultiply(text, i, first) ? numerals.multipliers().get(token.word()) : null;
      if (token.isNumber() && i == first) {
        part = Double.parseDouble(token.word());
      } else if (isGroup(text, i)) {
        part = part * THOUSAND + Double.parseDouble(token.word());
      } else if (unit != null && (i == first || !text.token(i - 1).isNumber())) {
        part += unit;
      } else if (multiplier != null) {
        part = Math.max(1, part) * multiplier;
      } else if (last >= first && last == i - 1 && AND.contains(token.word())) {
        // «vinte e cinco»: the joining word belongs to the number only if the number goes on.
        continue;
      } else {
        break;
      }
      last = i;
      part = Math.min(MOST, part);
      if (multiplier != null && multiplier >= THOUSAND) {
        total = Math.min(MOST, total + part);
        part = 0;
      }
    }
    if (last < first) {
      return Optional.empty();
    }
    int bound = lowerBound(text, first, numerals);
    double value = total + part;
    return Optional.of(new Amount(bound < first ? value + 1 : value, bound, last));
  }

  /** A multiplier of one letter stands right behind its number: {@code 10k}, and not 10 k. */
  private static boolean mayMultiply(Text text, int at, int first) {
    return text.token(at).word().length() > 1 || (at > first && text.gapBefore(at).isEmpty());
  }

  /** Whether a number continues the one before: {@code 10 000}. */
  private static boolean isGroup(Text text, int at) {
    return at > 0
        && text.token(at).isNumber()
        && text.token(at - 1).isNumber()
        && text.gapBefore(at).equals(" ")
        && text.token(at).end() - text.token(at).start() == GROUP
        && text.token(at - 1).end() - text.token(at - 1).start() <= GROUP;
  }

  /** Where «mais de» begins before that number, or the number itself. */
  private static int lowerBound(Text text, int first, Numerals numerals) {
    for (int from = first - 1; from >= Math.max(0, first - BOUND_REACH); from--) {
      if (!isJoined(text, from + 1)) {
        break;
      }
      if (numerals.moreThan().at(text, from).stream()
          .anyMatch(hit -> onlyGlue(text, hit.last() + 1, first))) {
        // «no more than 5» is 5.
        boolean upper = from > 0 && NOT.contains(text.token(from - 1).word());
        return upper ? first : from;
      }
    }
    return first;
  }

  private static boolean onlyGlue(Text text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Phrase.isGlue(text.token(i).word())) {
        return false;
      }
    }
    return from <= to;
  }

  private static boolean isJoined(Text text, int at) {
    return text.token(at).gap() == Gap.SPACE;
  }
}
