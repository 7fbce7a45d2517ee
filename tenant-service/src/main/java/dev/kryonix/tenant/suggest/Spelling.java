package dev.kryonix.tenant.suggest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the word that is meant where one letter is wrong, missing, too many, or two have changed
 * places. Only long words are corrected, never their first letter, and never a word that the
 * lexicon knows: short words have too many neighbours.
 */
final class Spelling {
  private static final int SHORTEST = 7;

  private final Phrases<Boolean> known = new Phrases<>();
  private final Map<Character, List<Stem>> byFirstLetter = new HashMap<>();

  /** Words that are no misspelling of another, and that others may be a misspelling of. */
  void learn(Phrase phrase, boolean correctTo) {
    for (Stem stem : phrase.words()) {
      boolean isLong = stem.letters().length() >= SHORTEST;
      // A short beginning, such as `agen*`, is also that of words that are misspelt.
      if (isLong || !stem.open()) {
        known.add(new Phrase(List.of(stem)), true);
      }
      if (isLong && correctTo) {
        byFirstLetter
            .computeIfAbsent(stem.letters().charAt(0), letter -> new ArrayList<>())
            .add(stem);
      }
    }
  }

  Text correct(Text text) {
    List<Token> tokens = new ArrayList<>(text.size());
    for (int i = 0; i < text.size(); i++) {
      Token token = text.token(i);
      boolean strange = token.word().length() >= SHORTEST && known.at(text, i).isEmpty();
      tokens.add(strange ? meant(token.word()).map(token::corrected).orElse(token) : token);
    }
    return new Text(text.raw(), List.copyOf(tokens));
  }

  /** The first in the alphabet where several are as near. */
  private Optional<String> meant(String word) {
    @Nullable String nearest = null;
    for (Stem stem : byFirstLetter.getOrDefault(word.charAt(0), List.of())) {
      if ((nearest == null || stem.letters().compareTo(nearest) < 0) && isNear(word, stem)) {
        nearest = stem.letters();
      }
    }
    return Optional.ofNullable(nearest);
  }

  private static boolean isNear(String word, Stem stem) {
    if (!stem.open()) {
      return oneEditApart(word, word.length(), stem.letters());
    }
    int length = stem.letters().length();
    for (int cut = length - 1; cut <= Math.min(length + 1, word.length()); cut++) {
      if (oneEditApart(word, cut, stem.letters())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether one insertion, deletion, replacement or swap of neighbours makes that many letters of
   * the word the other word.
   */
  static boolean oneEditApart(String word, int length, String other) {
    int common = Math.min(length, other.length());
    int same = 0;
    while (same < common && word.charAt(same) == other.charAt(same)) {
      same++;
    }
    return switch (length - other.length()) {
      case 1 -> restIsSame(word, same + 1, length, other, same);
      case -1 -> restIsSame(word, same, length, other, same + 1);
      case 0 ->
          same < length
              && (restIsSame(word, same + 1, length, other, same + 1)
                  || isSwap(word, length, other, same));
      default -> false;
    };
  }

  private static boolean isSwap(String word, int length, String other, int at) {
    return at + 1 < length
        && word.charAt(at) == other.charAt(at + 1)
        && word.charAt(at + 1) == other.charAt(at)
        && restIsSame(word, at + 2, length, other, at + 2);
  }

  private static boolean restIsSame(String word, int from, int length, String other, int start) {
    return word.regionMatches(from, other, start, length - from);
  }
}
