package dev.kryonix.testkit.check;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;

/**
 * Every publish that was confirmed is delivered or still held, nothing is delivered that was not
 * published, and what is delivered again is marked as such. Jepsen's checker of the same name, with
 * the mark.
 */
public final class TotalQueue {
  private final ConcurrentMap<String, Outcome> published = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Integer> deliveries = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Integer> unmarked = new ConcurrentHashMap<>();
  private final Set<String> held = ConcurrentHashMap.newKeySet();

  /** The message is about to be published: from now on it may be delivered. */
  public void publishing(String message) {
    if (published.putIfAbsent(message, Outcome.UNKNOWN) != null) {
      throw new IllegalArgumentException("published before: " + message);
    }
  }

  /** How publishing the message ended. */
  public void published(String message, Outcome outcome) {
    published.put(message, outcome);
  }

  /**
   * The message was delivered, marked as delivered before or not. Consumers may tell of two
   * deliveries in the other order: the first may lie unread while the message is delivered again.
   */
  public void delivered(String message, boolean redelivered) {
    deliveries.merge(message, 1, Integer::sum);
    if (!redelivered) {
      unmarked.merge(message, 1, Integer::sum);
    }
  }

  /** The message is where messages are kept that are not delivered any more. */
  public void held(String message) {
    held.add(message);
  }

  /** How many were confirmed so far. */
  public long confirmed() {
    return published.values().stream().filter(Outcome.OK::equals).count();
  }

  /** Those confirmed that were neither delivered nor seen elsewhere so far. */
  public Set<String> missing() {
    return with(
        message ->
            published.get(message) == Outcome.OK
                && !deliveries.containsKey(message)
                && !held.contains(message));
  }

  /** What became of all messages: to be asked when no more can come. */
  public Report report() {
    Set<String> unexpected = new TreeSet<>();
    long again = 0;
    for (Map.Entry<String, Integer> delivery : deliveries.entrySet()) {
      Outcome outcome = published.get(delivery.getKey());
      if (outcome == null || outcome == Outcome.FAILED) {
        unexpected.add(delivery.getKey());
      }
      again += delivery.getValue() - 1;
    }
    return new Report(
        confirmed(),
        with(message -> published.get(message) == Outcome.UNKNOWN).size(),
        again,
        missing(),
        with(message -> unmarked.getOrDefault(message, 0) > 1),
        unexpected);
  }

  private Set<String> with(Predicate<String> wanted) {
    Set<String> found = new TreeSet<>();
    published.keySet().stream().filter(wanted).forEach(found::add);
    return found;
  }

  /**
   * What became of the messages.
   *
   * @param confirmed how many were confirmed
   * @param unknown of how many nobody knows whether they were published
   * @param again how many deliveries were not the message's first
   * @param lost confirmed, and neither delivered nor held
   * @param unmarked delivered without the mark more than once
   * @param unexpected delivered though never published, or though the publish was refused
   */
  public record Report(
      long confirmed,
      long unknown,
      long again,
      Set<String> lost,
      Set<String> unmarked,
      Set<String> unexpected) {
    public boolean holds() {
      return lost.isEmpty() && unmarked.isEmpty() && unexpected.isEmpty();
    }
  }
}
