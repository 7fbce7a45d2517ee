package dev.kryonix.tenant.suggest;

import dev.kryonix.tenant.suggest.Token.Gap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Takes a text apart into words and numbers, in one pass. */
final class Tokenizer {
  /** The longest token that can be a word; what is longer is noise, and is never quoted. */
  private static final int LONGEST = 64;

  /** The widest gap inside a phrase, which bounds what is quoted. */
  private static final int WIDEST = 16;

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Tokenizer(String text) {
    this.text = text;
  }

  static List<Token> tokens(String text) {
    return new Tokenizer(text).run();
  }

  private List<Token> run() {
    Gap gap = Gap.SENTENCE;
    int gapStart = 0;
    while (at < text.length()) {
      int character = text.codePointAt(at);
      if (Character.isLetter(character)) {
        add(endOfWord(), gap, Folding::fold);
      } else if (Character.isDigit(character)) {
        add(endOfNumber(), gap, Figures::plain);
      } else {
        at += Character.charCount(character);
        gap = at - gapStart > WIDEST ? Gap.SENTENCE : wider(gap, character);
        continue;
      }
      gap = Gap.SPACE;
      gapStart = at;
    }
    return List.copyOf(tokens);
  }

  private void add(int end, Gap gap, UnaryOperator<String> plain) {
    String word = end - at > LONGEST ? "" : plain.apply(text.substring(at, end));
    tokens.add(new Token(at, end, word.length() > LONGEST ? "" : word, gap, false));
    at = end;
  }

  /** Letters with their marks, and apostrophes between them: {@code don't} is one word. */
  private int endOfWord() {
    int end = at;
    int next = at;
    while (next < text.length()) {
      int character = text.codePointAt(next);
      if (!Character.isLetter(character) && !joins(character)) {
        break;
      }
      next += Character.charCount(character);
      if (Character.isLetter(character) || isMark(character)) {
        end = next;
      }
    }
    return end;
  }

  /** Digits with points, commas or no-break spaces between them. */
  private int endOfNumber() {
    int end = at;
    int next = at;
    while (next < text.length()) {
      int character = text.codePointAt(next);
      next += Character.charCount(character);
      if (Character.isDigit(character)) {
        end = next;
      } else if (next - end > 1 || ".,\u00a0\u202f".indexOf(character) < 0) {
        break;
      }
    }
    return end;
  }

  private static boolean joins(int character) {
    return isMark(character)
        || character == '\''
        || character == '’'
        || Character.getType(character) == Character.FORMAT;
  }

  private static boolean isMark(int character) {
    int type = Character.getType(character);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  private static Gap wider(Gap gap, int character) {
    if (gap == Gap.SENTENCE || "\n\r.!?;…\u2028\u2029".indexOf(character) >= 0) {
      return Gap.SENTENCE;
    }
    return ",:()[]—–•|".indexOf(character) >= 0 ? Gap.COMMA : gap;
  }
}
