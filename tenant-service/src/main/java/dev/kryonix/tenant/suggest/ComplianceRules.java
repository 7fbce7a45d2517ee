package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Sector;
import dev.kryonix.tenant.suggest.Target.OfData;
import dev.kryonix.tenant.suggest.Target.OfRegime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses the regimes: the sector's, those that the company names or is by its whereabouts under,
 * and those of the data that it handles. A regime of the sector is never denied away: whoever is
 * not under it takes it out knowingly.
 */
final class ComplianceRules {
  private static final int OF_SECTOR = 3;

  private final Catalog catalog;

  ComplianceRules(Catalog catalog) {
    this.catalog = catalog;
  }

  List<Choice> choose(Optional<Sector> sector, List<Finding> findings) {
    Supports supports = new Supports(Lexicon.REGIMES);
    sector.ifPresent(
        each ->
            each.compliance()
                .forEach(
                    regime ->
                        supports
                            .of(regime)
                            .add(
                                Reason.ofRule(
                                    "a regime of the sector " + each.name(), OF_SECTOR))));
    for (Finding finding : findings) {
      switch (finding.clue().target()) {
        case OfRegime(String name) -> supports.of(name).add(finding);
        case OfData(String like) ->
            catalog
                .sector(like)
                .orElseThrow()
                .compliance()
                .forEach(regime -> supports.of(regime).add(finding));
        default -> {}
      }
    }
    return supports.all().entrySet().stream()
        .filter(entry -> isUnder(entry.getKey(), entry.getValue(), sector))
        .sorted(Comparator.comparingDouble(ComplianceRules::confidence).reversed())
        .map(entry -> entry.getValue().choice(entry.getKey()))
        .toList();
  }

  private static boolean isUnder(String regime, Support support, Optional<Sector> sector) {
    return support.isClear()
        || sector.filter(each -> each.compliance().contains(regime)).isPresent();
  }

  private static double confidence(Map.Entry<String, Support> entry) {
    return entry.getValue().confidence();
  }
}
