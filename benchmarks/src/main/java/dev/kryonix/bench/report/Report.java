package dev.kryonix.bench.report;

import java.util.List;

/** What a run of a benchmark came to. */
public interface Report {
  /** {@code full} or {@code quick}. */
  String mode();

  /** What was promised, and whether it holds. */
  List<Goal> goals();

  /** The tables with what is needed to understand them, in Markdown. */
  String body();

  /** The picture. */
  Plot plot(String subtitle);
}
