package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Sector;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * Suggests what would suit a company, from its sector and what it says of itself. The same request
 * has always the same answer, and an answer is always one that CreateTenant takes as it is.
 */
@Singleton
public final class Suggestions {
  private final Catalog catalog;
  private final Lexicon lexicon;
  private final SectorRules sectors;
  private final PlanRules plans;
  private final ModuleRules modules;
  private final WordRules words;
  private final ComplianceRules compliance;

  public Suggestions(Catalog catalog) {
    this.catalog = catalog;
    this.lexicon = Lexicon.builtIn(catalog);
    this.sectors = new SectorRules(catalog);
    this.plans = new PlanRules(catalog);
    this.modules = new ModuleRules(catalog);
    this.words = new WordRules(catalog);
    this.compliance = new ComplianceRules(catalog);
  }

  /**
   * What would suit the company.
   *
   * @param sector its sector, as in the catalogue or in its own words; may be blank
   * @param description what it says of itself; may be blank if the sector is not
   */
  public Suggested suggest(String sector, String description) {
    if (sector.isBlank() && description.isBlank()) {
      throw SuggestionErrors.nothingSaid();
    }
    Reading stated = Reading.of(sector, 0, lexicon);
    Reading described = Reading.of(description, sector.length(), lexicon);
    Reading all = stated.and(described);
    List<Finding> findings = all.findings();
    Optional<Choice> chosen = sectors.choose(sector, stated.findings(), described.findings());
    Optional<Sector> given = chosen.map(Choice::value).flatMap(catalog::sector);
    Choice plan = plans.choose(all);
    return new Suggested(
        chosen,
        plan,
        modules.choose(given, plan.value(), findings),
        words.choose(given, findings),
        compliance.choose(given, findings));
  }
}
