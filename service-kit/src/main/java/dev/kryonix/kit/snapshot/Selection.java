package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import java.util.Set;

/**
 * Which of a tenant's records are meant.
 *
 * @param collections the collections; empty means all
 * @param modules the modules; empty means all, and records that belong to none
 */
public record Selection(Set<String> collections, Set<String> modules) {
  public Selection {
    collections = Set.copyOf(collections);
    modules = Set.copyOf(modules);
  }

  public static Selection everything() {
    return new Selection(Set.of(), Set.of());
  }

  public boolean hasCollection(String collection) {
    return collections.isEmpty() || collections.contains(collection);
  }

  public boolean hasModule(String module) {
    return modules.isEmpty() || modules.contains(module);
  }

  public boolean has(Record record) {
    return hasCollection(record.getCollection()) && hasModule(record.getModule());
  }
}
