package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Sector;
import dev.kryonix.tenant.suggest.Target.OfWord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Chooses the words: the sector's, or without a sector those that the company itself uses, of two
 * alike the first.
 */
final class WordRules {
  private static final int OF_SECTOR = 2;

  /** The catalogue's words for each general one. */
  private final Map<String, List<String>> values = new TreeMap<>();

  WordRules(Catalog catalog) {
    for (Sector sector : catalog.sectors().values()) {
      sector
          .words()
          .forEach(
              (subject, value) -> {
                List<String> known = values.computeIfAbsent(subject, each -> new ArrayList<>());
                if (!known.contains(value)) {
                  known.add(value);
                }
              });
    }
  }

  List<Choice> choose(Optional<Sector> sector, List<Finding> findings) {
    List<Choice> words = new ArrayList<>();
    values.forEach(
        (subject, known) -> {
          Supports supports = supports(subject, known, findings);
          Optional<String> value =
              sector.isPresent()
                  ? Optional.ofNullable(sector.get().words().get(subject))
                  : said(supports);
          value.ifPresent(
              word -> {
                Support support = supports.of(word);
                sector.ifPresent(
                    each ->
                        support.add(
                            Reason.ofRule("a word of the sector " + each.name(), OF_SECTOR)));
                supports.opposeRivalsOf(word);
                words.add(support.choice(word, subject));
              });
        });
    return words;
  }

  private static Supports supports(String subject, List<String> known, List<Finding> findings) {
    return new Supports(known)
        .add(
            findings,
            target ->
                target instanceof OfWord(String of, String value) && of.equals(subject)
                    ? Optional.of(value)
                    : Optional.empty());
  }

  private static Optional<String> said(Supports supports) {
    return supports.all().entrySet().stream()
        .filter(entry -> entry.getValue().balance() > 0)
        .min(
            Comparator.comparing(
                    Map.Entry<String, Support>::getValue,
                    Comparator.comparingInt(Support::balance).reversed())
                .thenComparingInt(entry -> entry.getValue().first()))
        .map(Map.Entry::getKey);
  }
}
