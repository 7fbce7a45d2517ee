package dev.kryonix.cache.entry;

/** What must hold for a write. */
public sealed interface WriteRule {
  /** The rule's name, for scripts and errors. */
  String name();

  /** Nothing. */
  record Always() implements WriteRule {
    @Override
    public String name() {
      return "always";
    }
  }

  /** There is no entry. */
  record IfAbsent() implements WriteRule {
    @Override
    public String name() {
      return "absent";
    }
  }

  /** There is an entry. */
  record IfPresent() implements WriteRule {
    @Override
    public String name() {
      return "present";
    }
  }

  /** The entry has this version. */
  record IfVersion(long version) implements WriteRule {
    @Override
    public String name() {
      return "etag";
    }
  }

  /** The writer holds the lease of this token. */
  record IfLeased(String token) implements WriteRule {
    @Override
    public String name() {
      return "lease";
    }
  }
}
