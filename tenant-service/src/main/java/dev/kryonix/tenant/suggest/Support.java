package dev.kryonix.tenant.suggest;

import dev.kryonix.tenant.suggest.Clue.Strength;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What speaks for a suggestion and against it, and the confidence that follows from both. */
final class Support {
  /** The most reasons that an answer tells; the confidence counts them all. */
  private static final int MOST_REASONS = 8;

  private final List<Reason> reasons = new ArrayList<>();
  private final Set<Phrase> counted = new HashSet<>();
  private final Map<Phrase, String> denied = new LinkedHashMap<>();
  private int forIt;
  private int deniedWeight;
  private boolean deniedOutright;
  private int against;
  private int strongest;
  private int first = Integer.MAX_VALUE;
  private int lastSaid = -1;
  private int lastDenied = -1;

  /** A term counts once, however often it is repeated. */
  void add(Finding finding) {
    if (finding.negated()) {
      lastDenied = finding.place();
      if (denied.putIfAbsent(finding.phrase(), finding.quote()) == null) {
        deniedWeight += finding.weight();
        deniedOutright |= finding.clue().strength() == Strength.STRONG;
      }
      return;
    }
    first = Math.min(first, finding.place());
    lastSaid = finding.place();
    strongest = Math.max(strongest, finding.weight());
    if (counted.add(finding.phrase())) {
      add(finding.reason());
    }
  }

  void add(Reason reason) {
    reasons.add(reason);
    forIt += reason.weight();
  }

  /** Takes over all that speaks for another support and against it. */
  void add(Support other) {
    reasons.addAll(other.reasons);
    forIt += other.forIt;
    against += other.against;
    deniedWeight += other.deniedWeight;
  }

  /** The words that deny it first, as written; empty if none do. */
  String denial() {
    return denied.values().stream().findFirst().orElse("");
  }

  /** Something that speaks for a rival. */
  void oppose(int weight) {
    against += weight;
  }

  int forIt() {
    return forIt;
  }

  int balance() {
    return forIt - deniedWeight - against;
  }

  /** Where it is first spoken of; after everything else if it never is. */
  int first() {
    return first;
  }

  /** Whether the request has a fair sign of it at least, and does not outweigh it by denials. */
  boolean isClear() {
    return strongest >= Strength.FAIR.weight() && !isOutweighed();
  }

  /** Whether the request denies it by a strong sign at least, and more than it says it. */
  boolean isDenied() {
    return deniedOutright && isOutweighed();
  }

  /** Of what is said and denied alike, what comes later stands. */
  private boolean isOutweighed() {
    int said = said();
    return deniedWeight > said || (deniedWeight == said && lastDenied > lastSaid);
  }

  /** How much of what speaks for it is in the request's own words. */
  private int said() {
    return reasons.stream()
        .filter(reason -> !reason.quote().isEmpty())
        .mapToInt(Reason::weight)
        .sum();
  }

  /**
   * The share of what speaks for it in all that speaks, with one more against it: little evidence
   * never makes certain. In hundredths.
   */
  double confidence() {
    return Math.round(100.0 * forIt / (forIt + deniedWeight + against + 1)) / 100.0;
  }

  Choice choice(String value) {
    return choice(value, "");
  }

  Choice choice(String value, String subject) {
    List<Reason> weightiest =
        reasons.stream()
            .sorted(Comparator.comparingInt(Reason::weight).reversed())
            .limit(MOST_REASONS)
            .toList();
    return new Choice(value, subject, confidence(), weightiest);
  }
}
