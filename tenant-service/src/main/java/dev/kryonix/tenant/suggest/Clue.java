package dev.kryonix.tenant.suggest;

/**
 * What a term means.
 *
 * @param target what it speaks for
 * @param strength how strongly
 */
record Clue(Target target, Strength strength) {
  /** How strongly a term speaks for its target. */
  enum Strength {
    WEAK(1, "a weak"),
    FAIR(2, "a fair"),
    STRONG(3, "a strong");

    private final int weight;
    private final String words;

    Strength(int weight, String words) {
      this.weight = weight;
      this.words = words;
    }

    int weight() {
      return weight;
    }

    String inWords() {
      return words;
    }
  }
}
