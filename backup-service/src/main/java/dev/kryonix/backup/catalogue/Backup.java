package dev.kryonix.backup.catalogue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** A backup, as the catalogue knows it. */
public record Backup(
    UUID id,
    State state,
    Order order,
    Times times,
    List<SourceProgress> sources,
    Volume volume,
    Optional<Failure> failure,
    Optional<Verification> verification) {

  /** Where a backup stands. */
  public enum State {
    PENDING,
    RUNNING,
    SEALING,
    SUCCEEDED,
    FAILED,
    CANCELLING,
    CANCELLED;

    private static final Set<State> FINAL = Set.of(SUCCEEDED, FAILED, CANCELLED);

    public boolean isFinal() {
      return FINAL.contains(this);
    }
  }

  /** Why a backup is taken. */
  public enum Trigger {
    REQUEST,
    SCHEDULE,
    SAFETY
  }

  /**
   * What was asked for. No modules means all; the retention is already that of the plan if none was
   * given.
   */
  public record Order(
      Trigger trigger,
      List<String> modules,
      String description,
      SortedMap<String, String> labels,
      boolean pinned,
      Duration retention) {
    public Order {
      modules = List.copyOf(modules);
      labels = new TreeMap<>(labels);
    }
  }

  /** When it was asked for, began, ended, and when it may be pruned. */
  public record Times(
      Instant create, Optional<Instant> start, Optional<Instant> end, Optional<Instant> expire) {}

  /** What was stored for it. */
  public record Volume(long chunks, long newChunks, long newBytes, long storedBytes) {
    public static final Volume NOTHING = new Volume(0, 0, 0, 0);
  }

  public Backup {
    sources = List.copyOf(sources);
  }

  public static Backup pending(UUID id, Order order, Instant now, List<String> sources) {
    return new Backup(
        id,
        State.PENDING,
        order,
        new Times(now, Optional.empty(), Optional.empty(), Optional.empty()),
        sources.stream().map(source -> SourceProgress.pending(source, 0)).toList(),
        Volume.NOTHING,
        Optional.empty(),
        Optional.empty());
  }

  /** Bytes read from the sources. */
  public long bytes() {
    return sources.stream().mapToLong(SourceProgress::bytes).sum();
  }

  public Backup started(Instant now) {
    Times started = new Times(times.create(), Optional.of(now), times.end(), times.expire());
    return new Backup(id, State.RUNNING, order, started, sources, volume, failure, verification);
  }

  public Backup with(State newState) {
    return new Backup(id, newState, order, times, sources, volume, failure, verification);
  }

  /** The same with one source's progress replaced, and what is stored by now. */
  public Backup with(SourceProgress progress, Volume newVolume) {
    List<SourceProgress> all = new ArrayList<>(sources);
    all.replaceAll(each -> each.source().equals(progress.source()) ? progress : each);
    return new Backup(id, state, order, times, all, newVolume, failure, verification);
  }

  public Backup succeeded(Instant now, Volume newVolume) {
    Optional<Instant> expire =
        order.pinned() ? Optional.empty() : Optional.of(now.plus(order.retention()));
    Times ended = new Times(times.create(), times.start(), Optional.of(now), expire);
    return new Backup(id, State.SUCCEEDED, order, ended, sources, newVolume, failure, verification);
  }

  /** The same, ended without success; a source that was being read has failed with it. */
  public Backup ended(State newState, Instant now, Optional<Failure> why) {
    List<SourceProgress> stopped =
        sources.stream()
            .map(each -> each.state() == Progress.RUNNING ? each.with(Progress.FAILED) : each)
            .toList();
    Times ended = new Times(times.create(), times.start(), Optional.of(now), times.expire());
    return new Backup(id, newState, order, ended, stopped, volume, why, verification);
  }
}
