package dev.kryonix.testkit.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a service says that it has made true reaches what must be true, and never goes back: its
 * observed generation reaches the generation.
 */
public final class Convergence {
  private final Map<String, Long> wanted = new TreeMap<>();
  private final Map<String, Long> observed = new TreeMap<>();
  private final List<String> backwards = new ArrayList<>();

  /** From now on this generation must become true. */
  public synchronized void wanted(String who, long generation) {
    wanted.put(who, generation);
  }

  /** This generation is true, says the service. */
  public synchronized void observed(String who, long generation) {
    Long before = observed.put(who, generation);
    if (before != null && before > generation) {
      backwards.add("%s: from %d back to %d".formatted(who, before, generation));
    }
  }

  /** Who is behind. */
  public synchronized List<String> behind() {
    List<String> behind = new ArrayList<>();
    wanted.forEach(
        (who, generation) -> {
          long reached = observed.getOrDefault(who, 0L);
          if (reached < generation) {
            behind.add("%s: %d of %d".formatted(who, reached, generation));
          }
        });
    return behind;
  }

  /** Who went back, which is never right. */
  public synchronized List<String> backwards() {
    return List.copyOf(backwards);
  }
}
