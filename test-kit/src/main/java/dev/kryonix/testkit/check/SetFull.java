package dev.kryonix.testkit.check;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Every write that was acknowledged stays readable. */
public final class SetFull {
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<String> read = ConcurrentHashMap.newKeySet();

  /** Writing the element was acknowledged. */
  public void acknowledged(String element) {
    acknowledged.add(element);
  }

  /** The last read had the element. */
  public void read(String element) {
    read.add(element);
  }

  /** What was acknowledged and is not there. */
  public Set<String> missing() {
    Set<String> missing = new TreeSet<>(acknowledged);
    missing.removeAll(read);
    return missing;
  }
}
