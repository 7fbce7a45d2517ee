package dev.kryonix.gateway.codec;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the paths of the fields that a JSON object gives, nulls included: the field mask of a
 * merge patch.
 */
public final class GivenPaths {
  /** Collects nothing. */
  public static final GivenPaths IGNORED = new GivenPaths("", null);

  private final String prefix;
  private final @Nullable List<String> paths;

  private GivenPaths(String prefix, @Nullable List<String> paths) {
    this.prefix = prefix;
    this.paths = paths;
  }

  public static GivenPaths collect() {
    return new GivenPaths("", new ArrayList<>());
  }

  GivenPaths child(String field) {
    return paths == null
        ? this
        : new GivenPaths(prefix.isEmpty() ? field : prefix + "." + field, paths);
  }

  /** The path up to here is given as a whole. */
  void leaf() {
    if (paths != null && !prefix.isEmpty()) {
      paths.add(prefix);
    }
  }

  public List<String> paths() {
    return paths == null ? List.of() : List.copyOf(paths);
  }
}
