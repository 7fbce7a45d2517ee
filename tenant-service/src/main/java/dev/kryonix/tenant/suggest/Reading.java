package dev.kryonix.tenant.suggest;

import dev.kryonix.tenant.suggest.Lexicon.Idiom;
import dev.kryonix.tenant.suggest.Phrases.Hit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands in a text.
 *
 * @param findings the terms of the lexicon, in the text's order
 * @param sizes what was counted
 */
record Reading(List<Finding> findings, List<Counted> sizes) {
  Reading {
    findings = List.copyOf(findings);
    sizes = List.copyOf(sizes);
  }

  /**
   * A size in the text.
   *
   * @param size the size
   * @param quote the words that say so, as written
   */
  record Counted(Size size, String quote) {}

  /** Reads a text whose first word has that place in the request. */
  static Reading of(String raw, int firstPlace, Lexicon lexicon) {
    Text text = lexicon.spelling().correct(Text.of(raw));
    BitSet hidden = hidden(text, lexicon.idioms());
    BitSet negated = Negation.in(text, lexicon);
    List<Counted> sizes =
        new Sizes(lexicon)
            .in(text, hidden).stream()
                .filter(size -> !negated.get(size.first()))
                .map(size -> new Counted(size, text.quote(size.first(), size.last())))
                .toList();
    List<Finding> findings =
        longest(lexicon.clues().in(text), hidden).stream()
            .map(hit -> finding(text, hit, firstPlace, negated))
            .toList();
    return new Reading(findings, sizes);
  }

  Reading and(Reading other) {
    List<Finding> allFindings = new ArrayList<>(findings);
    allFindings.addAll(other.findings);
    List<Counted> allSizes = new ArrayList<>(sizes);
    allSizes.addAll(other.sizes);
    return new Reading(allFindings, allSizes);
  }

  private static Finding finding(Text text, Hit<Clue> hit, int firstPlace, BitSet negated) {
    boolean misspelt = false;
    for (int i = hit.first(); i <= hit.last(); i++) {
      misspelt |= text.token(i).misspelt();
    }
    return new Finding(
        hit.phrase(),
        hit.meaning(),
        text.quote(hit.first(), hit.last()),
        firstPlace + hit.first(),
        negated.get(hit.first()),
        misspelt);
  }

  /** The places of the words that mean something else where they stand. */
  private static BitSet hidden(Text text, Phrases<Idiom> idioms) {
    BitSet hidden = new BitSet();
    for (Hit<Idiom> hit : idioms.in(text)) {
      int first = hit.phrase().place(text, hit.first(), hit.meaning().first());
      int last = hit.phrase().place(text, hit.first(), hit.meaning().last());
      hidden.set(first, last + 1);
    }
    return hidden;
  }

  /** Of hits that overlap and speak for the same, the longest, or else the strongest. */
  private static List<Hit<Clue>> longest(List<Hit<Clue>> hits, BitSet hidden) {
    Map<Target, Integer> last = new HashMap<>();
    List<Hit<Clue>> kept = new ArrayList<>();
    for (Hit<Clue> hit : hits) {
      if (hidden.get(hit.first())) {
        continue;
      }
      Integer before = last.get(hit.meaning().target());
      if (before == null || kept.get(before).last() < hit.first()) {
        last.put(hit.meaning().target(), kept.size());
        kept.add(hit);
      } else if (isBetter(hit, kept.get(before))) {
        kept.set(before, hit);
      }
    }
    return kept;
  }

  private static boolean isBetter(Hit<Clue> hit, Hit<Clue> other) {
    int longer = (hit.last() - hit.first()) - (other.last() - other.first());
    return longer > 0
        || (longer == 0 && hit.meaning().strength().weight() > other.meaning().strength().weight());
  }
}
