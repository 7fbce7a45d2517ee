package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.tenant.suggest.Target.OfSector;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the sector: the one that the caller names, or else the one that the words speak for most.
 * Of two alike, the one that is spoken of first; of two spoken of first, the catalogue's first.
 */
final class SectorRules {
  /** A sector called by its name in the catalogue. */
  private static final int NAMED = 6;

  private final Catalog catalog;

  SectorRules(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * The sector.
   *
   * @param stated the sector as the caller calls it, or blank
   * @param ofStated what stands in that
   * @param ofDescription what stands in the description
   */
  Optional<Choice> choose(String stated, List<Finding> ofStated, List<Finding> ofDescription) {
    Supports supports = supports(ofDescription);
    Optional<String> sector = named(stated);
    if (sector.isPresent()) {
      supports.of(sector.get()).add(new Reason(stated.strip(), "the sector's name", NAMED));
    } else if (stated.isBlank()) {
      sector = supports.best(Support::isClear);
    } else {
      sector = supports(ofStated).best(support -> support.balance() > 0);
      if (sector.isEmpty()) {
        throw SuggestionErrors.sectorUnknown(stated, catalog.sectors().keySet());
      }
      add(supports, ofStated);
    }
    return sector.map(
        name -> {
          supports.opposeRivalsOf(name);
          return supports.of(name).choice(name);
        });
  }

  private Optional<String> named(String stated) {
    String folded = Folding.fold(stated.strip());
    return catalog.sectors().keySet().stream().filter(folded::equals).findFirst();
  }

  private Supports supports(List<Finding> findings) {
    return add(new Supports(catalog.sectors().keySet()), findings);
  }

  private static Supports add(Supports supports, List<Finding> findings) {
    return supports.add(
        findings,
        target -> target instanceof OfSector(String name) ? Optional.of(name) : Optional.empty());
  }
}
