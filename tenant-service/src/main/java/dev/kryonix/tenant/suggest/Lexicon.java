package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import java.util.List;
import java.util.Map;

/**
 * The words by which a company's description is read.
 *
 * @param clues what terms speak for
 * @param idioms phrases in which words mean something else
 * @param spelling what is a slip of the pen
 * @param cues the words of negation
 * @param languages the small words that tell the language
 * @param measures what is counted, by name
 * @param units words for what is counted
 * @param numerals the words about numbers
 */
record Lexicon(
    Phrases<Clue> clues,
    Phrases<Idiom> idioms,
    Spelling spelling,
    Phrases<Cue> cues,
    Map<String, Language> languages,
    Map<String, Measure> measures,
    Phrases<Measure.Unit> units,
    Numerals numerals) {

  /** The regimes of the contract, of which the catalogue's sectors use some. */
  static final List<String> REGIMES = List.of("lgpd", "gdpr", "hipaa");

  /**
   * Words of a phrase that mean something else in it.
   *
   * @param first the index of the first of them
   * @param last the index of the last of them
   */
  record Idiom(int first, int last) {}

  /** The languages that are read. */
  enum Language {
    ENGLISH,
    PORTUGUESE
  }

  /** What a word does to a negation. */
  enum Cue {
    /** Nothing. */
    NONE,
    /** Negates what follows. */
    NEGATION,
    /** Negates what follows, and carries on a negation before it. */
    NOR,
    /** Negates what follows up to a verb: «instead of whatsapp we use email». */
    INSTEAD,
    /** Negates what follows in an English sentence. */
    ENGLISH_NEGATION,
    /** Negates what follows, unless a negation stands right before it, which it turns back. */
    WITHOUT,
    /** Looks like a negation and is none, but still turns a «without» behind it back. */
    NO_NEGATION,
    /** Turns a negation before it back. */
    UNDO,
    /** Makes a wish of a negation. */
    YET,
    /** Ends the reach of a negation. */
    BUT,
    /** Makes what is behind a comma or «and» a statement of its own. */
    STATEMENT,
    /** The same, but only right behind it. */
    OPENER,
    /** Joins what is negated, or statements. */
    AND
  }

  /** The lexicon that is built into the service, fitted to the catalogue. */
  static Lexicon builtIn(Catalog catalog) {
    return LexiconReader.readBuiltIn(catalog);
  }
}
