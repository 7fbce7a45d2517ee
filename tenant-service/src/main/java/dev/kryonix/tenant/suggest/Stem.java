package dev.kryonix.tenant.suggest;

/**
 * A word to look for: as a whole, or its beginning where any ending will do ({@code agend*} is
 * agenda, agendar, agendamentos).
 *
 * @param letters the letters, folded
 * @param open whether any ending will do
 */
record Stem(String letters, boolean open) {
  static Stem parse(String written) {
    return written.endsWith("*")
        ? new Stem(written.substring(0, written.length() - 1), true)
        : new Stem(written, false);
  }

  String written() {
    return open ? letters + "*" : letters;
  }

  boolean matches(String word) {
    return open ? word.startsWith(letters) : word.equals(letters);
  }
}
