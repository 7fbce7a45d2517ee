package dev.kryonix.tenant.tenants;

import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Plan;
import dev.kryonix.kit.catalog.Sector;
import dev.kryonix.kit.errors.CommonErrors;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.TreeMap;

/** What a profile must be by the catalogue, and what it is where the caller left it open. */
@Singleton
public final class ProfileRules {
  private static final String DEFAULT_REGION = "local";

  private final Catalog catalog;

  ProfileRules(Catalog catalog) {
    this.catalog = catalog;
  }

  /** The profile with what the caller left open filled in from its sector and plan, and checked. */
  Profile complete(Profile given) {
    check(given);
    Optional<Sector> sector = catalog.sector(given.sector());
    Profile profile = given;
    if (profile.modules().isEmpty()) {
      profile =
          profile.withModules(
              sector.map(Sector::modules).orElseGet(() -> plan(given.plan()).defaultModules()));
    }
    if (profile.compliance().isEmpty() && sector.isPresent()) {
      profile = profile.withCompliance(sector.get().compliance());
    }
    if (profile.words().isEmpty() && sector.isPresent()) {
      profile = profile.withWords(new TreeMap<>(sector.get().words()));
    }
    if (profile.region().isEmpty()) {
      profile = profile.withRegion(DEFAULT_REGION);
    }
    return profile;
  }

  /** Refuses what is missing or not in the catalogue. */
  void check(Profile profile) {
    if (profile.displayName().isBlank()) {
      throw CommonErrors.invalidField("tenant.display_name", "must not be empty");
    }
    if (profile.plan().isEmpty()) {
      throw CommonErrors.invalidField("tenant.plan", "must not be empty");
    }
    plan(profile.plan());
    if (!profile.sector().isEmpty() && catalog.sector(profile.sector()).isEmpty()) {
      throw TenantErrors.sectorUnknown(profile.sector(), catalog.sectors().keySet());
    }
    for (String module : profile.modules()) {
      if (!catalog.modules().containsKey(module)) {
        throw TenantErrors.moduleUnknown(module, catalog.modules().keySet());
      }
    }
  }

  /** The limits in force: the plan's, with every override that is not zero in its place. */
  public Limits limits(Profile profile) {
    // Merging two messages is exactly that: a scalar of zero is left alone, messages are merged
    // field by field.
    return plan(profile.plan()).limits().toBuilder().mergeFrom(profile.overrides()).build();
  }

  private Plan plan(String name) {
    return catalog
        .plan(name)
        .orElseThrow(() -> TenantErrors.planUnknown(name, catalog.plans().keySet()));
  }
}
