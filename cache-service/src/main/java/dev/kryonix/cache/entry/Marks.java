package dev.kryonix.cache.entry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has been flushed in a bucket and is not all removed yet, as {@code ledger.lua} keeps it.
 *
 * @param flushes the flushes
 * @param tags whether there are invalidated tags
 */
record Marks(List<Flushed> flushes, boolean tags) {
  static final Marks NONE = new Marks(List.of(), false);
  private static final String TAGS = "#";

  /** Everything of a module and a type, either empty for all, that was written before a stamp. */
  record Flushed(String module, String type, long stamp) {
    boolean concerns(EntryKey key) {
      return (module.isEmpty() || module.equals(key.module()))
          && (type.isEmpty() || type.equals(key.type()));
    }
  }

  static Marks parse(byte @Nullable [] stored) {
    if (stored == null || stored.length == 0) {
      return NONE;
    }
    List<Flushed> flushes = new ArrayList<>();
    boolean tags = false;
    for (String line : new String(stored, StandardCharsets.UTF_8).lines().toList()) {
      int colon = line.indexOf(':');
      int blank = line.indexOf(' ', colon);
      String module = line.substring(0, colon);
      if (module.equals(TAGS)) {
        tags = true;
      } else {
        long stamp = Long.parseLong(line.substring(blank + 1, line.lastIndexOf(' ')));
        flushes.add(new Flushed(module, line.substring(colon + 1, blank), stamp));
      }
    }
    return new Marks(flushes, tags);
  }

  boolean hasFlushed(EntryKey key, long stamp) {
    return !flushes.isEmpty()
        && !key.isPlatform()
        && flushes.stream().anyMatch(each -> stamp < each.stamp() && each.concerns(key));
  }
}
