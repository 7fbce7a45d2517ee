package dev.kryonix.tenant.suggest;

/**
 * A word or number of a text.
 *
 * @param start where it begins in the text
 * @param end where it ends in the text
 * @param word the word folded, or the number in plain digits; empty when it is too long to be
 *     either
 * @param gap what stands between it and the token before
 * @param misspelt whether the word is not the one written but the one that must be meant
 */
record Token(int start, int end, String word, Gap gap, boolean misspelt) {
  /** What separates two tokens. */
  enum Gap {
    /** Nothing that separates their meaning. */
    SPACE,
    /** A comma, a bracket, a dash. */
    COMMA,
    /** The end of a sentence or line. */
    SENTENCE
  }

  boolean isNumber() {
    return !word.isEmpty() && word.charAt(0) >= '0' && word.charAt(0) <= '9';
  }

  Token corrected(String meant) {
    return new Token(start, end, meant, gap, true);
  }
}
