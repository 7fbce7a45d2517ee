package dev.kryonix.tenant.suggest;

/** Numbers as people write them: {@code 1.200}, {@code 1,200} and {@code 1 200} are the same. */
final class Figures {
  /** More digits than any amount has. */
  private static final int LONGEST = 15;

  private static final int GROUP = 3;

  private Figures() {}

  /** The number in plain digits with a point before its decimals; empty when it is too long. */
  static String plain(String written) {
    StringBuilder plain = new StringBuilder();
    int lastSeparator = -1;
    int next = 0;
    while (next < written.length() && plain.length() <= LONGEST) {
      int character = written.codePointAt(next);
      next += Character.charCount(character);
      if (Character.isDigit(character)) {
        plain.append(Character.digit(character, 10));
      } else {
        lastSeparator = plain.length();
      }
    }
    if (plain.length() > LONGEST) {
      return "";
    }
    // Three digits behind the last separator are a group of thousands, fewer are decimals.
    boolean decimals = lastSeparator > 0 && plain.length() - lastSeparator < GROUP;
    return decimals ? plain.insert(lastSeparator, '.').toString() : plain.toString();
  }
}
