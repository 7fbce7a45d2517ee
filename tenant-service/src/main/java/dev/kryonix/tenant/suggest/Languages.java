package dev.kryonix.tenant.suggest;

import dev.kryonix.tenant.suggest.Lexicon.Language;
import dev.kryonix.tenant.suggest.Token.Gap;
import java.util.BitSet;
import java.util.Map;

/**
 * Tells English sentences from Portuguese ones by their small words. A sentence that has as many of
 * both is in the language of the text.
 */
final class Languages {
  private Languages() {}

  /** The places of the words that stand in English sentences. */
  static BitSet english(Text text, Map<String, Language> words) {
    BitSet english = new BitSet();
    boolean textIsEnglish = balance(text, 0, text.size(), words) > 0;
    int start = 0;
    for (int end = 1; end <= text.size(); end++) {
      if (end == text.size() || text.token(end).gap() == Gap.SENTENCE) {
        int balance = balance(text, start, end, words);
        english.set(start, end, balance > 0 || (balance == 0 && textIsEnglish));
        start = end;
      }
    }
    return english;
  }

  private static int balance(Text text, int start, int end, Map<String, Language> words) {
    int balance = 0;
    for (int i = start; i < end; i++) {
      Language language = words.get(text.token(i).word());
      if (language != null) {
        balance += language == Language.ENGLISH ? 1 : -1;
      }
    }
    return balance;
  }
}
