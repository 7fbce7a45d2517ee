package dev.kryonix.tenant.suggest;

import java.util.List;

/**
 * A text that a company wrote, and the words and numbers in it.
 *
 * @param raw the text as written
 * @param tokens its words and numbers, in order
 */
record Text(String raw, List<Token> tokens) {
  static Text of(String raw) {
    return new Text(raw, Tokenizer.tokens(raw));
  }

  int size() {
    return tokens.size();
  }

  Token token(int index) {
    return tokens.get(index);
  }

  /** The text from one token to another, as written. */
  String quote(int first, int last) {
    return raw.substring(tokens.get(first).start(), tokens.get(last).end());
  }

  /** What stands before a token, back to the token before. */
  String gapBefore(int index) {
    return raw.substring(index == 0 ? 0 : tokens.get(index - 1).end(), tokens.get(index).start());
  }

  /** What stands behind a token, up to the next. */
  String gapAfter(int index) {
    return raw.substring(
        tokens.get(index).end(),
        index + 1 == tokens.size() ? raw.length() : tokens.get(index + 1).start());
  }
}
