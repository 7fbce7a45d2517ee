package dev.kryonix.backup.catalogue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A restore, as the catalogue knows it.
 *
 * @param safetyBackup the backup of what was there before, once it has been taken
 * @param expired records left out because they had expired
 */
public record Restore(
    UUID id,
    State state,
    Order order,
    List<PhaseProgress> phases,
    Optional<UUID> safetyBackup,
    long expired,
    Times times,
    Optional<Failure> failure) {

  /** Where a restore stands. */
  public enum State {
    RUNNING,
    ROLLING_BACK,
    SUCCEEDED,
    ROLLED_BACK,
    FAILED;

    private static final Set<State> FINAL = Set.of(SUCCEEDED, ROLLED_BACK, FAILED);

    public boolean isFinal() {
      return FINAL.contains(this);
    }
  }

  /** The phases in their order. */
  public enum Phase {
    PREPARE,
    DATABASE,
    CACHE,
    FILES,
    MESSAGING,
    VALIDATE
  }

  /**
   * What is put back: of which backup, and which of its sources and modules. No modules means all.
   */
  public record Order(UUID backup, List<String> sources, List<String> modules) {
    public Order {
      sources = List.copyOf(sources);
      modules = List.copyOf(modules);
    }
  }

  /** When it was asked for and ended. */
  public record Times(Instant create, Optional<Instant> end) {}

  /**
   * How far a phase is.
   *
   * @param progress of the source that the phase puts back; its source is empty when there is none
   * @param rolledBack what the phase put in place has been taken back
   */
  public record PhaseProgress(
      Phase phase,
      SourceProgress progress,
      Optional<Instant> start,
      Optional<Instant> end,
      boolean rolledBack) {

    public static PhaseProgress pending(Phase phase, SourceProgress progress) {
      return new PhaseProgress(phase, progress, Optional.empty(), Optional.empty(), false);
    }

    public Progress state() {
      return progress.state();
    }

    public PhaseProgress with(SourceProgress newProgress) {
      return new PhaseProgress(phase, newProgress, start, end, rolledBack);
    }

    public PhaseProgress started(Instant now) {
      return new PhaseProgress(
          phase, progress.with(Progress.RUNNING), Optional.of(now), end, rolledBack);
    }

    public PhaseProgress ended(Progress state, Instant now) {
      return new PhaseProgress(phase, progress.with(state), start, Optional.of(now), rolledBack);
    }

    public PhaseProgress takenBack() {
      return new PhaseProgress(phase, progress, start, end, true);
    }
  }

  public Restore {
    phases = List.copyOf(phases);
  }

  public Restore with(State newState) {
    return new Restore(id, newState, order, phases, safetyBackup, expired, times, failure);
  }

  /** The same with one phase's progress replaced. */
  public Restore with(PhaseProgress progress) {
    List<PhaseProgress> all = new ArrayList<>(phases);
    all.replaceAll(each -> each.phase() == progress.phase() ? progress : each);
    return new Restore(id, state, order, all, safetyBackup, expired, times, failure);
  }

  public Restore withSafetyBackup(UUID backup) {
    return new Restore(id, state, order, phases, Optional.of(backup), expired, times, failure);
  }

  public Restore withExpired(long more) {
    return new Restore(id, state, order, phases, safetyBackup, expired + more, times, failure);
  }

  /** The same, failed for this reason; what follows is rolling back. */
  public Restore failing(Failure why) {
    return new Restore(
        id, State.ROLLING_BACK, order, phases, safetyBackup, expired, times, Optional.of(why));
  }

  public Restore ended(State newState, Instant now) {
    Times ended = new Times(times.create(), Optional.of(now));
    return new Restore(id, newState, order, phases, safetyBackup, expired, ended, failure);
  }

  public PhaseProgress phase(Phase phase) {
    return phases.stream().filter(each -> each.phase() == phase).findFirst().orElseThrow();
  }
}
