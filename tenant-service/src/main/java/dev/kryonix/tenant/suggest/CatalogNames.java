package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.yaml.YamlNode;
import java.util.Collection;
import java.util.Map;

/** Maps of the lexicon whose keys are names of the catalogue. */
final class CatalogNames {
  private CatalogNames() {}

  /** The entries of a map whose keys must be among the names. */
  static Map<String, YamlNode> some(YamlNode map, Collection<String> names) {
    Map<String, YamlNode> entries = map.entries();
    for (YamlNode entry : entries.values()) {
      if (!names.contains(entry.name())) {
        throw new IllegalArgumentException(
            "%s is not in the catalogue; there are %s"
                .formatted(entry.path(), String.join(", ", names)));
      }
    }
    return entries;
  }

  /** The same, where each of the names must have an entry. */
  static Map<String, YamlNode> all(YamlNode map, Collection<String> names) {
    Map<String, YamlNode> entries = some(map, names);
    for (String name : names) {
      if (!entries.containsKey(name)) {
        throw new IllegalArgumentException("%s has no %s".formatted(map.path(), name));
      }
    }
    return entries;
  }
}
