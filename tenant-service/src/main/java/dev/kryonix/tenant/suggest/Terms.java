package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.yaml.YamlNode;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the lexicon's terms, and teaches their words to the spelling. */
final class Terms {
  /** Beginnings of fewer letters would match half of a dictionary. */
  private static final int SHORTEST_BEGINNING = 3;

  private static final Pattern TERM = Pattern.compile("[a-z]+\\*?( [a-z]+\\*?)*");

  private final Spelling spelling = new Spelling();

  /** The spelling, which knows all words that were read so far. */
  Spelling spelling() {
    return spelling;
  }

  /** Terms for which others may be a slip of the pen. */
  List<Phrase> guessed(YamlNode node) {
    List<Phrase> phrases = plain(node);
    // The words of a longer term mean little by themselves.
    phrases.forEach(phrase -> spelling.learn(phrase, phrase.words().size() == 1));
    return phrases;
  }

  /** Terms that are no slip of the pen for others. */
  List<Phrase> known(YamlNode node) {
    List<Phrase> phrases = plain(node);
    phrases.forEach(phrase -> spelling.learn(phrase, false));
    return phrases;
  }

  /** Terms of words so short that spelling has no part in them. */
  static List<Phrase> plain(YamlNode node) {
    return node.listOf(YamlNode::text).stream().map(written -> term(node, written)).toList();
  }

  static Phrase term(YamlNode node, String written) {
    Phrase phrase = Phrase.parse(written);
    boolean tooShort =
        phrase.words().stream()
            .anyMatch(stem -> stem.open() && stem.letters().length() < SHORTEST_BEGINNING);
    if (!TERM.matcher(written).matches() || tooShort) {
      throw new IllegalArgumentException(
          "%s: '%s' is no term: plain lower-case words, with * behind %d letters at least"
              .formatted(node.path(), written, SHORTEST_BEGINNING));
    }
    return phrase;
  }
}
