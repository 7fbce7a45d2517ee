package dev.kryonix.tenant.suggest;

import dev.kryonix.tenant.suggest.Token.Gap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Words to look for, one behind the other. In the text, articles and the like may stand between
 * them: {@code plano saude} is also «plano de saúde».
 *
 * @param words the words
 */
record Phrase(List<Stem> words) {
  private static final Set<String> GLUE =
      Set.of("de", "do", "da", "dos", "das", "o", "a", "os", "as", "of", "the", "an");
  private static final int MOST_GLUE = 2;

  Phrase {
    words = List.copyOf(words);
  }

  static Phrase parse(String written) {
    return new Phrase(Stream.of(written.split(" ")).map(Stem::parse).toList());
  }

  /** As it is written in the lexicon. */
  String inWords() {
    return words.stream().map(Stem::written).collect(Collectors.joining(" "));
  }

  static boolean isGlue(String word) {
    return GLUE.contains(word);
  }

  /** The place of the last word when the phrase begins at that token, or -1. */
  int end(Text text, int first) {
    return place(text, first, words.size() - 1);
  }

  /** The place of the word of that index when the phrase begins at that token, or -1. */
  int place(Text text, int first, int index) {
    int at = first;
    for (int i = 0; i <= index; i++) {
      if (i > 0) {
        at = next(text, at, words.get(i));
      }
      if (at < 0 || !words.get(i).matches(text.token(at).word())) {
        return -1;
      }
    }
    return at;
  }

  private static int next(Text text, int at, Stem wanted) {
    for (int i = at + 1; i <= at + 1 + MOST_GLUE && i < text.size(); i++) {
      Token token = text.token(i);
      if (token.gap() != Gap.SPACE) {
        return -1;
      }
      if (wanted.matches(token.word()) || !isGlue(token.word())) {
        return i;
      }
    }
    return -1;
  }
}
