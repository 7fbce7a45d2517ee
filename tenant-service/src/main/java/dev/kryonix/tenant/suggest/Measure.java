package dev.kryonix.tenant.suggest;

import java.util.Map;
import java.util.Optional;

/**
 * Something that is counted, and tells the size of a company.
 *
 * @param name what it is, in plain words
 * @param upto how many suit each plan but the last, smallest first; more suit the last
 * @param perDay whether it is counted for a day
 * @param withPeriod the measure that counts it when the company gives a period
 */
record Measure(
    String name, Map<String, Integer> upto, boolean perDay, Optional<String> withPeriod) {
  /** How many suit a plan that is not the last. */
  int most(String plan) {
    return Optional.ofNullable(upto.get(plan)).orElseThrow();
  }

  /** A word for a measure: behind its number, or before it. */
  record Unit(String measure, boolean before) {}
}
