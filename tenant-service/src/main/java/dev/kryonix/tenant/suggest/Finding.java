package dev.kryonix.tenant.suggest;

/**
 * A term of the lexicon in a text.
 *
 * @param phrase the term
 * @param clue what it speaks for
 * @param quote the words of the text, as written
 * @param place which word of the text is the first of them
 * @param negated whether the text denies it
 * @param misspelt whether the words are a slip of the pen for the term
 */
record Finding(
    Phrase phrase, Clue clue, String quote, int place, boolean negated, boolean misspelt) {

  /** How much the finding weighs: less where what was meant is a guess. */
  int weight() {
    int weight = clue.strength().weight();
    return misspelt ? Math.max(1, weight - 1) : weight;
  }

  Reason reason() {
    String rule =
        "%s sign of %s%s"
            .formatted(
                clue.strength().inWords(),
                clue.target().describe(),
                misspelt ? ", if it means «" + phrase.inWords() + "»" : "");
    return new Reason(quote, rule, weight());
  }
}
