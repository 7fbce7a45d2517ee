package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What must be true for one tenant, as tenant-service says.
 *
 * @param id the tenant's id
 * @param uid the tenant's uid
 * @param generation rises with every change of the tenant
 * @param serving whether calls are served
 * @param plan the plan's name, as in the catalogue
 * @param modules the enabled modules
 * @param limits the limits in force
 * @param cell the broker and cache clusters that serve the tenant
 * @param secrets the tenant's keys and credentials, sealed; per purpose the one to be used comes
 *     first
 * @param compliance the compliance regimes that the tenant is under
 * @param revoked ids of revoked tokens and API keys that have not expired yet
 */
public record TenantView(
    TenantId id,
    TenantUid uid,
    long generation,
    Serving serving,
    String plan,
    Set<String> modules,
    Limits limits,
    String cell,
    List<SealedSecret> secrets,
    Set<String> compliance,
    Set<String> revoked) {

  public TenantView {
    modules = Set.copyOf(modules);
    secrets = List.copyOf(secrets);
    compliance = Set.copyOf(compliance);
    revoked = Set.copyOf(revoked);
  }

  /** The newest secret of that purpose, such as {@code broker-password}. */
  public Optional<SealedSecret> secret(String purpose) {
    return secrets.stream().filter(secret -> secret.getPurpose().equals(purpose)).findFirst();
  }

  /** Whether the tenant has the module. */
  public boolean hasModule(String module) {
    return modules.contains(module);
  }

  /**
   * The same tenant with these secrets, too, in case something is sealed under one of them. They
   * come last: none of them is to be used yet.
   */
  TenantView alsoKnowing(List<SealedSecret> others) {
    Set<SealedSecret> all = new LinkedHashSet<>(secrets);
    if (!all.addAll(others)) {
      return this;
    }
    return new TenantView(
        id,
        uid,
        generation,
        serving,
        plan,
        modules,
        limits,
        cell,
        List.copyOf(all),
        compliance,
        revoked);
  }

  /** The same tenant, at least as closed as the other two say. */
  TenantView restrictedTo(Serving other, Set<String> alsoRevoked) {
    Serving stricter = serving.compareTo(other) >= 0 ? serving : other;
    if (stricter == serving && revoked.containsAll(alsoRevoked)) {
      return this;
    }
    Set<String> all = new HashSet<>(revoked);
    all.addAll(alsoRevoked);
    return new TenantView(
        id, uid, generation, stricter, plan, modules, limits, cell, secrets, compliance, all);
  }
}
