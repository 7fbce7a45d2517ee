package dev.kryonix.tenant.suggest;

/**
 * Something that speaks for a suggestion.
 *
 * @param quote the words of the request, as written; empty for a rule of the catalogue
 * @param rule what makes it a reason, in plain words
 * @param weight how much it weighs
 */
public record Reason(String quote, String rule, int weight) {
  static Reason ofRule(String rule, int weight) {
    return new Reason("", rule, weight);
  }
}
