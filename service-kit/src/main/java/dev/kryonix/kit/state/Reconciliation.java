package dev.kryonix.kit.state;

import dev.kryonix.kit.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of the service's reconciler for one work: its steps, and what it came to. */
final class Reconciliation implements StepReporter {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

  /** The step that says what there is before a removal. */
  private static final String COUNT = "count";

  private final Work work;
  private final Consumer<StepEvent> events;
  private final InstantSource clock;
  private String failedStep = "";
  private Map<String, Long> counts = Map.of();

  Reconciliation(Work work, Consumer<StepEvent> events, InstantSource clock) {
    this.work = work;
    this.events = events;
    this.clock = clock;
  }

  /** Runs the reconciler. Returns why the work could not be made true; empty when it has been. */
  Optional<Failure> run(TenantReconciler reconciler) {
    try {
      switch (work) {
        case Work.Apply apply -> reconciler.apply(apply.desired(), this);
        case Work.Remove remove -> remove(reconciler, remove);
      }
      return Optional.empty();
    } catch (ReconcileException e) {
      LOG.warn("{} failed: {}", describe(), e.reason(), e);
      return Optional.of(new Failure(failedStep, e.reason(), e.detail()));
    } catch (ServiceException e) {
      LOG.warn("{} failed: {}", describe(), e.reasonName(), e);
      return Optional.of(new Failure(failedStep, camelCase(e.reasonName()), e.getMessage()));
    } catch (RuntimeException | Error e) {
      String incident = HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextLong());
      LOG.error("incident {}: {} failed", incident, describe(), e);
      return Optional.of(
          new Failure(failedStep, "InternalDefect", "an error of ours; incident " + incident));
    }
  }

  /** What was found after a removal, by kind. */
  Map<String, Long> census() {
    return counts;
  }

  /** Counts, removes, and counts again: what is left over is a failure. */
  private void remove(TenantReconciler reconciler, Work.Remove remove) throws ReconcileException {
    run(COUNT, () -> counts = reconciler.census(remove.uid(), remove.id()));
    reconciler.remove(remove.uid(), remove.id(), this);
    run("census", () -> counts = reconciler.census(remove.uid(), remove.id()));
    Map<String, Long> left = new TreeMap<>(counts);
    left.values().removeIf(count -> count == 0);
    if (!left.isEmpty()) {
      failedStep = "census";
      throw new ReconcileException("NotErased", "after the removal there is still " + left);
    }
  }

  @Override
  public void run(String step, Action action) throws ReconcileException {
    Instant began = clock.instant();
    events.accept(new StepEvent(step, StepEvent.State.STARTED, Duration.ZERO, Map.of()));
    boolean done = false;
    try {
      action.run();
      done = true;
    } finally {
      if (!done && failedStep.isEmpty()) {
        failedStep = step;
      }
      events.accept(
          new StepEvent(
              step,
              done ? StepEvent.State.DONE : StepEvent.State.FAILED,
              Duration.between(began, clock.instant()),
              done && step.equals(COUNT) ? counts : Map.of()));
    }
  }

  private String describe() {
    String what = work instanceof Work.Apply ? "provisioning" : "removing";
    return "%s tenant %s (%s) at generation %d, step '%s'"
        .formatted(what, work.id(), work.uid(), work.generation(), failedStep);
  }

  /** STORE_UNAVAILABLE as StoreUnavailable. */
  private static String camelCase(String reason) {
    return Arrays.stream(reason.split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
