package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Sector;
import dev.kryonix.tenant.suggest.Target.OfWord;
import java.util.ArrayList;
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
                  : supports.best(support -> support.balance() > 0);
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
}
