package dev.kryonix.tenant.tenants;

import dev.kryonix.api.tenant.v1.Limits;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a caller says of a tenant, and may change.
 *
 * @param displayName the name that people see
 * @param sector the business sector, or empty
 * @param plan the plan's name
 * @param modules the modules' names, sorted
 * @param region the region that holds the data
 * @param labels the caller's own
 * @param compliance the regimes that the tenant is under, sorted
 * @param preference which kind of device the users mostly have
 * @param words the business's words for general ones
 * @param overrides limits that differ from the plan's; amounts that are zero don't
 */
public record Profile(
    String displayName,
    String sector,
    String plan,
    List<String> modules,
    String region,
    SortedMap<String, String> labels,
    List<String> compliance,
    Preference preference,
    SortedMap<String, String> words,
    Limits overrides) {

  public Profile {
    modules = modules.stream().sorted().distinct().toList();
    compliance = compliance.stream().sorted().distinct().toList();
    labels = sorted(labels);
    words = sorted(words);
  }

  private static SortedMap<String, String> sorted(Map<String, String> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  /** Nothing of what the caller said but where the tenant was and what it paid for. */
  Profile erased() {
    return new Profile(
        "",
        "",
        plan,
        List.of(),
        region,
        new TreeMap<>(),
        List.of(),
        preference,
        new TreeMap<>(),
        Limits.getDefaultInstance());
  }

  Profile withDisplayName(String name) {
    return new Profile(
        name, sector, plan, modules, region, labels, compliance, preference, words, overrides);
  }

  Profile withSector(String name) {
    return new Profile(
        displayName, name, plan, modules, region, labels, compliance, preference, words, overrides);
  }

  Profile withPlan(String name) {
    return new Profile(
        displayName,
        sector,
        name,
        modules,
        region,
        labels,
        compliance,
        preference,
        words,
        overrides);
  }

  Profile withModules(List<String> names) {
    return new Profile(
        displayName, sector, plan, names, region, labels, compliance, preference, words, overrides);
  }

  Profile withRegion(String name) {
    return new Profile(
        displayName, sector, plan, modules, name, labels, compliance, preference, words, overrides);
  }

  Profile withLabels(SortedMap<String, String> map) {
    return new Profile(
        displayName, sector, plan, modules, region, map, compliance, preference, words, overrides);
  }

  Profile withCompliance(List<String> names) {
    return new Profile(
        displayName, sector, plan, modules, region, labels, names, preference, words, overrides);
  }

  Profile withPreference(Preference device) {
    return new Profile(
        displayName, sector, plan, modules, region, labels, compliance, device, words, overrides);
  }

  Profile withWords(SortedMap<String, String> map) {
    return new Profile(
        displayName, sector, plan, modules, region, labels, compliance, preference, map, overrides);
  }

  Profile withOverrides(Limits limits) {
    return new Profile(
        displayName, sector, plan, modules, region, labels, compliance, preference, words, limits);
  }
}
