package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** What anybody, or anything, might write into a description. */
public final class Writings {
  private static final List<String> SMALL_WORDS =
      List.of(
          "não",
          "sem",
          "no",
          "not",
          "nem",
          "e",
          "and",
          "mas",
          "but",
          "yet",
          "somos",
          "com",
          "de",
          "mais de",
          "por dia",
          "40",
          "1.200",
          "10k",
          "mil",
          "vinte",
          "R$",
          "%",
          ",",
          ".",
          ":",
          "?",
          "\n",
          "plano enterprise",
          "sem plano basic");

  private Writings() {}

  /** Texts of the lexicon's own words, so that every rule is met, with noise between them. */
  public static Arbitrary<String> texts() {
    List<String> terms =
        Lexicon.builtIn(Catalog.builtIn())
            .clues()
            .phrases()
            .map(phrase -> phrase.inWords().replace("*", ""))
            .distinct()
            .sorted()
            .toList();
    Arbitrary<String> word =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of(terms)),
            Tuple.of(3, Arbitraries.of(SMALL_WORDS)),
            Tuple.of(1, noise()));
    return word.list().ofMaxSize(40).map(words -> String.join(" ", words));
  }

  /** Any characters: control, combining, right to left, outside the first plane. */
  public static Arbitrary<String> noise() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(60),
        Arbitraries.strings()
            .withChars('a', 'é', '\u0301', '\u0323', '\u200f', '\u202e', '\u0000', '\u00ad', '\'')
            .withChars("ﷺ②ªﬁ１🏥".toCharArray())
            .ofMaxLength(200));
  }
}
