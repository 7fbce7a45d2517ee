package dev.kryonix.tenant.suggest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

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
    Text corrected = text;
    List<Token> tokens = new ArrayList<>(text.size());
    for (int i = 0; i < text.size(); i++) {
      Token token = text.token(i);
      boolean strange = token.word().length() >= SHORTEST && known.at(text, i).isEmpty();
      tokens.add(strange ? meant(token.word()).map(token::corrected).orElse(token) : token);
    }
    return new Text(corrected.raw(), List.copyOf(tokens));
  }

  /** The first in the alphabet where several are as near. */
  private Optional<String> meant(String word) {
    return byFirstLetter.getOrDefault(word.charAt(0), List.of()).stream()
        .filter(stem -> isNear(word, stem))
        .map(Stem::letters)
        .min(String::compareTo);
  }

  private static boolean isNear(String word, Stem stem) {
    int length = stem.letters().length();
    return (stem.open() ? Stream.of(length - 1, length, length + 1) : Stream.of(word.length()))
        .filter(cut -> cut <= word.length())
        .anyMatch(cut -> oneEditApart(word.substring(0, cut), stem.letters()));
  }

  /** Whether one insertion, deletion, replacement or swap of neighbours makes one of the other. */
  static boolean oneEditApart(String one, String other) {
    String longer = one.length() >= other.length() ? one : other;
    String shorter = one.length() >= other.length() ? other : one;
    int same = 0;
    while (same < shorter.length() && longer.charAt(same) == shorter.charAt(same)) {
      same++;
    }
    return switch (longer.length() - shorter.length()) {
      case 0 ->
          same < shorter.length()
              && (restIsSame(longer, same + 1, shorter, same + 1) || isSwap(longer, shorter, same));
      case 1 -> restIsSame(longer, same + 1, shorter, same);
      default -> false;
    };
  }

  private static boolean isSwap(String one, String other, int at) {
    return at + 1 < one.length()
        && one.charAt(at) == other.charAt(at + 1)
        && one.charAt(at + 1) == other.charAt(at)
        && restIsSame(one, at + 2, other, at + 2);
  }

  private static boolean restIsSame(String one, int from, String other, int otherFrom) {
    return one.substring(from).equals(other.substring(otherFrom));
  }
}
