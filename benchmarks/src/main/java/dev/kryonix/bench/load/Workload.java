package dev.kryonix.bench.load;

import java.util.List;
import java.util.function.Function;

/**
 * A closed loop that several subjects are put under in turn.
 *
 * @param name in tables and plots
 * @param unit what is counted
 * @param perCall how many of them one call brings
 * @param connections to each subject
 * @param streams open at once on each connection
 * @param subjects who takes part
 * @param shot the request to each
 */
public record Workload(
    String name,
    String unit,
    int perCall,
    int connections,
    int streams,
    List<Subject> subjects,
    Function<Subject, Shot> shot) {
  public Workload {
    subjects = List.copyOf(subjects);
  }

  /** The same with so many requests at once, each on a connection of its own. */
  public Workload withConnections(int count) {
    return new Workload(name, unit, perCall, count, 1, subjects, shot);
  }
}
