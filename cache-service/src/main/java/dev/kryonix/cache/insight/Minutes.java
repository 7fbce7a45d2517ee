package dev.kryonix.cache.insight;

import dev.kryonix.cache.counting.Namespace;
import dev.kryonix.cache.counting.Use;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What this process has counted by the minute and PostgreSQL does not have yet. Each row is all of
 * its minute, so writing one again, after a commit of which nobody knows whether it was made,
 * changes nothing. Minutes wait for PostgreSQL for an hour at most, far less than rows stay rows of
 * a minute there, and so many rows at most. For one thread.
 */
final class Minutes {
  /** How long a minute waits for PostgreSQL. */
  static final Duration KEPT = Duration.ofHours(1);

  private final int mostRows;
  private final TreeMap<Instant, Minute> minutes = new TreeMap<>();
  private long lost;

  Minutes(int mostRows) {
    this.mostRows = mostRows;
  }

  /** A row of a namespace and a minute. */
  record Row(Namespace namespace, Instant minute, Use use) {}

  private static final class Minute {
    private final Map<Namespace, Use> uses = new HashMap<>();
    private final Set<Namespace> unwritten = new HashSet<>();
  }

  /** Counts what was harvested as of now, and gives up what has waited for too long. */
  void add(Instant now, Map<Namespace, Use> harvest) {
    Minute minute =
        minutes.computeIfAbsent(now.truncatedTo(ChronoUnit.MINUTES), each -> new Minute());
    harvest.forEach(
        (namespace, use) -> {
          minute.uses.merge(namespace, use, Use::plus);
          minute.unwritten.add(namespace);
        });
    minutes.headMap(now.minus(KEPT)).values().removeIf(this::giveUp);
    while (rows() > mostRows && minutes.size() > 1) {
      giveUp(minutes.pollFirstEntry().getValue());
    }
  }

  private boolean giveUp(Minute minute) {
    lost += minute.unwritten.size();
    return true;
  }

  private int rows() {
    return minutes.values().stream().mapToInt(each -> each.uses.size()).sum();
  }

  /** The rows to be written, of tenants that there still are; the others are forgotten. */
  List<Row> unwritten(Predicate<Namespace> exists) {
    List<Row> rows = new ArrayList<>();
    minutes.forEach(
        (start, minute) -> {
          minute.unwritten.removeIf(each -> !exists.test(each));
          minute.unwritten.forEach(
              each -> rows.add(new Row(each, start, minute.uses.getOrDefault(each, Use.NONE))));
        });
    return rows;
  }

  /** Rows were written; past minutes of which all were written are over. */
  void written(List<Row> rows, Instant now) {
    for (Row row : rows) {
      Minute minute = minutes.get(row.minute());
      if (minute != null) {
        minute.unwritten.remove(row.namespace());
      }
    }
    minutes
        .headMap(now.truncatedTo(ChronoUnit.MINUTES))
        .values()
        .removeIf(minute -> minute.unwritten.isEmpty());
  }

  /** How many rows were given up. */
  long lost() {
    return lost;
  }
}
