package dev.kryonix.kit.identity;

import java.util.Optional;
import java.util.regex.Pattern;

/** A tenant's id: a slug of 3 to 40 characters, chosen at its creation and never changed. */
public record TenantId(String value) implements Comparable<TenantId> {
  private static final Pattern SLUG = Pattern.compile("[a-z][a-z0-9_]{2,39}");

  public TenantId {
    if (!SLUG.matcher(value).matches()) {
      throw new IllegalArgumentException("not a tenant id: " + value);
    }
  }

  /** The id, when the text is one. */
  public static Optional<TenantId> parse(String text) {
    return SLUG.matcher(text).matches() ? Optional.of(new TenantId(text)) : Optional.empty();
  }

  @Override
  public int compareTo(TenantId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
