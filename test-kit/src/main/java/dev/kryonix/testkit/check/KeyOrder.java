package dev.kryonix.testkit.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Of each key, what was confirmed is delivered in the order in which it was confirmed. A message
 * that was delivered before may come again, with those behind it: that is at least once, and no
 * disorder as long as no message comes for the first time before one that was confirmed earlier.
 */
public final class KeyOrder {
  private final Map<String, Key> keys = new HashMap<>();

  /** What is known of one key. */
  private static final class Key {
    final Map<Long, Integer> confirmed = new HashMap<>();
    final Set<Long> firsts = new LinkedHashSet<>();
  }

  /**
   * The message of the number was confirmed, after all of its key of which that was said before.
   */
  public synchronized void confirmed(String key, long number) {
    Key known = of(key);
    known.confirmed.put(number, known.confirmed.size());
  }

  /** The message of the number was delivered. */
  public synchronized void delivered(String key, long number) {
    of(key).firsts.add(number);
  }

  /** What came too early: before one that was confirmed earlier. */
  public synchronized List<String> violations() {
    List<String> violations = new ArrayList<>();
    keys.forEach(
        (name, key) -> {
          long latest = -1;
          int place = -1;
          for (long number : key.firsts) {
            Integer its = key.confirmed.get(number);
            if (its == null) {
              continue;
            }
            if (its < place) {
              violations.add("%s: %d came before %d".formatted(name, latest, number));
            } else {
              place = its;
              latest = number;
            }
          }
        });
    return violations;
  }

  private Key of(String key) {
    return keys.computeIfAbsent(key, unused -> new Key());
  }
}
