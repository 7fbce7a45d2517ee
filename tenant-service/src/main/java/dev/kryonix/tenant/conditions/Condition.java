package dev.kryonix.tenant.conditions;

import java.time.Instant;
import java.util.Optional;

/**
 * What one service has made true of a tenant.
 *
 * @param service the service's name
 * @param status whether the service has made the tenant's newest known generation true
 * @param reason stable, in CamelCase
 * @param message for an engineer
 * @param step the step that the service works on or failed at, or empty
 * @param observedGeneration the generation last acked, or 0
 * @param lastTransition when the status last changed
 * @param nextRetry when a failed generation is sent again
 * @param failures the number of failures in a row
 */
public record Condition(
    String service,
    Status status,
    String reason,
    String message,
    String step,
    long observedGeneration,
    Instant lastTransition,
    Optional<Instant> nextRetry,
    int failures) {

  /** Whether a condition holds. */
  public enum Status {
    TRUE,
    FALSE,
    UNKNOWN
  }

  private static final String READY = "Ready";

  /**
   * The condition as seen from the tenant's generation: one that was acked before it says nothing
   * of it.
   */
  public Condition asOf(long generation) {
    if (status != Status.TRUE || observedGeneration >= generation) {
      return this;
    }
    return new Condition(
        service,
        Status.UNKNOWN,
        "Waiting",
        "generation %d has not been acked yet".formatted(generation),
        step,
        observedGeneration,
        lastTransition,
        nextRetry,
        failures);
  }

  /** The condition of all together: it holds when each does. */
  public static Condition ready(Iterable<Condition> conditions) {
    StringBuilder waiting = new StringBuilder();
    long observed = Long.MAX_VALUE;
    Instant last = Instant.EPOCH;
    int failures = 0;
    for (Condition each : conditions) {
      if (each.status != Status.TRUE) {
        waiting.append(waiting.isEmpty() ? "waiting for " : ", ").append(each.service);
      }
      observed = Math.min(observed, each.observedGeneration);
      last = last.isAfter(each.lastTransition) ? last : each.lastTransition;
      failures = Math.max(failures, each.failures);
    }
    boolean all = waiting.isEmpty();
    return new Condition(
        READY,
        all ? Status.TRUE : Status.FALSE,
        all ? "Reconciled" : "Waiting",
        waiting.toString(),
        "",
        observed == Long.MAX_VALUE ? 0 : observed,
        last,
        Optional.empty(),
        failures);
  }
}
