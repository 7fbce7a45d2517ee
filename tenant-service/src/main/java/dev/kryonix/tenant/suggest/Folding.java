package dev.kryonix.tenant.suggest;

import java.text.Normalizer;
import java.text.Normalizer.Form;

/** A word without what does not tell it apart: case, accents, apostrophes, forms of a letter. */
final class Folding {
  private Folding() {}

  /**
   * The word in plain lower-case letters. Each character is taken apart by itself: normalizing a
   * whole text would sort runs of combining marks, which takes quadratic time.
   */
  static String fold(String word) {
    StringBuilder folded = new StringBuilder(word.length());
    word.codePoints().forEach(each -> fold(each, folded));
    // The one accent that tells two words apart which rules turn on: «é» is, «e» and.
    boolean is = folded.length() == 1 && folded.charAt(0) == 'e' && !word.equalsIgnoreCase("e");
    return is ? "eh" : folded.toString();
  }

  private static void fold(int character, StringBuilder folded) {
    if (character < 0x80) {
      appendLetter(character, folded);
    } else {
      Normalizer.normalize(Character.toString(character), Form.NFKD)
          .codePoints()
          .forEach(each -> appendLetter(each, folded));
    }
  }

  private static void appendLetter(int character, StringBuilder folded) {
    if (Character.isLetter(character)) {
      folded.appendCodePoint(Character.toLowerCase(character));
    }
  }
}
