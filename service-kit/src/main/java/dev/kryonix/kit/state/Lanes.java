package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes works true, one at a time per tenant id and boundedly many at once, and shows the outcome
 * in the directory. A plain state machine: it starts no threads and knows no time; memory is
 * O(tenants) whatever arrives.
 *
 * <p>A newer update takes the place of one that waits. What closes a tenant (suspension, deletion,
 * revocation) shows in the directory on arrival, before anything runs, and no older outcome opens
 * it again. So do its new keys, for reading. A tenant that takes the id of an earlier one waits
 * until that one has been removed.
 */
final class Lanes {
  /** Removals are remembered so that a late update revives nobody; the oldest are forgotten. */
  private static final int REMEMBERED_REMOVALS = 10_000;

  private final TenantDirectory directory;
  private final Outlet outlet;
  private final int parallelism;
  private final Map<TenantId, Lane> lanes = new HashMap<>();
  private final SequencedSet<Lane> startable = new LinkedHashSet<>();
  private final Map<TenantUid, Long> applied = new HashMap<>();
  private final Map<TenantUid, Long> newest = new HashMap<>();
  private final Map<TenantUid, Long> removed = new LinkedHashMap<>();
  private final Map<TenantUid, Restriction> restrictions = new HashMap<>();
  private final Set<TenantId> untried = new HashSet<>();
  private int running;

  /** Where starts and outcomes go. */
  interface Outlet {
    /** Runs the job on a thread of its own, then calls {@link Lanes#finished}. */
    void start(Job job);

    void succeeded(Job job);

    void failed(Job job, Failure failure);

    /** All that waited when {@link Lanes#awaitFirstTries} was called has been tried. */
    void allTried();
  }

  Lanes(TenantDirectory directory, Outlet outlet, int parallelism) {
    this.directory = directory;
    this.outlet = outlet;
    this.parallelism = parallelism;
  }

  /** Begins with what an earlier process had begun, of generation 0, or made true. */
  void restore(TenantUid uid, Optional<TenantView> made) {
    newest.put(uid, made.map(TenantView::generation).orElse(0L));
    made.ifPresent(
        view -> {
          applied.put(uid, view.generation());
          directory.put(view);
        });
  }

  /**
   * The generation that has been made true, per tenant; 0 for one that has only been begun, or
   * failed: there may be something of it, so whoever says what is to go must hear of it.
   */
  Map<TenantUid, Long> known() {
    Map<TenantUid, Long> known = new HashMap<>();
    newest.keySet().forEach(uid -> known.put(uid, generation(applied, uid)));
    return known;
  }

  boolean knows(TenantUid uid) {
    return newest.containsKey(uid);
  }

  /** Takes a work in. It is answered through the outlet, now or later. */
  void accept(Job job) {
    Work work = job.work();
    if (work instanceof Work.Remove && removed.containsKey(work.uid())) {
      outlet.succeeded(job);
      return;
    }
    // A removal is final for every generation up to its own.
    long least =
        Math.max(
            generation(newest, work.uid()),
            removed.containsKey(work.uid()) ? generation(removed, work.uid()) + 1 : 0);
    if (work.generation() < least) {
      outlet.failed(job, Failure.stale(work.generation(), least));
      return;
    }
    newest.put(work.uid(), work.generation());
    // Only a restored control plane brings back what was removed, under a later generation.
    removed.remove(work.uid());
    Lane lane = lanes.computeIfAbsent(work.id(), Lane::new);
    switch (work) {
      case Work.Apply apply -> queueUpdate(lane, apply, job);
      case Work.Remove remove -> queueRemoval(lane, remove, job.tickets());
    }
    makeStartable(lane);
    startMore();
  }

  /**
   * The tenant is at least so closed until the generation that says so, or a later one, is shown.
   */
  void restrict(Restriction restriction) {
    restrictions.merge(
        restriction.uid(),
        restriction,
        (old, fresh) -> fresh.generation() >= old.generation() ? fresh : old);
    restrict(restriction.id(), restriction.uid(), restriction.serving(), restriction.revoked());
  }

  /** The job that was started has ended: made true, or not. */
  void finished(Job job, @Nullable Failure failure) {
    Lane lane = lane(job.work().id());
    lane.finish();
    running--;
    if (failure == null) {
      switch (job.work()) {
        case Work.Apply apply -> show(lane, apply.desired());
        case Work.Remove remove -> forget(remove);
      }
      outlet.succeeded(job);
    } else {
      outlet.failed(job, failure);
      if (job.work() instanceof Work.Remove) {
        // The next tenant of this id must not come upon what is left of the earlier one.
        lane.dropUpdate().ifPresent(next -> outlet.failed(next, failure));
      }
    }
    tried(lane.id());
    makeStartable(lane);
    if (lane.isIdle()) {
      lanes.remove(lane.id());
    }
    startMore();
  }

  /**
   * Makes the tenant true once more as it was made last, unless something newer is about to be
   * made. That something newer has failed before does not count: until it succeeds, the last good
   * state is kept.
   */
  void repair(TenantView view) {
    boolean isShown = generation(applied, view.uid()) == view.generation() && knows(view.uid());
    if (isShown && !lanes.containsKey(view.id())) {
      Lane lane = lanes.computeIfAbsent(view.id(), Lane::new);
      lane.await(new Job(new Work.Apply(view), List.of()));
      makeStartable(lane);
      startMore();
    }
  }

  /** Asks to be told when all that waits or runs now has been tried once. */
  void awaitFirstTries() {
    untried.addAll(lanes.keySet());
    if (untried.isEmpty()) {
      outlet.allTried();
    }
  }

  /** Refuses the calls of tenants that tenant-service knows no more; their data stays. */
  void close(Set<TenantUid> unknown) {
    for (TenantView view : directory.all()) {
      if (unknown.contains(view.uid())) {
        directory.put(view.restrictedTo(Serving.DELETED, Set.of()));
        applied.remove(view.uid());
        newest.remove(view.uid());
      }
    }
  }

  private void queueUpdate(Lane lane, Work.Apply update, Job job) {
    for (TenantUid earlier : othersOf(lane, update.uid())) {
      if (lane.waitingRemoval(earlier).isEmpty()) {
        queueRemoval(
            lane, new Work.Remove(earlier, lane.id(), generation(newest, earlier)), List.of());
      }
    }
    List<Job.Ticket> tickets = new ArrayList<>(job.tickets());
    lane.dropUpdate()
        .ifPresent(
            older -> {
              if (older.work().uid().equals(update.uid())) {
                tickets.addAll(older.tickets());
              } else {
                outlet.failed(older, Failure.superseded());
              }
            });
    lane.await(new Job(update, tickets));
    directory
        .find(update.id(), update.uid())
        .ifPresent(view -> directory.put(foreseeing(view, update.desired())));
  }

  private void queueRemoval(Lane lane, Work.Remove removal, List<Job.Ticket> tickets) {
    restrict(removal.id(), removal.uid(), Serving.DELETED, Set.of());
    if (lane.waitingUpdate().filter(job -> job.work().uid().equals(removal.uid())).isPresent()) {
      lane.dropUpdate().ifPresent(older -> outlet.failed(older, Failure.superseded()));
    }
    Optional<Job> waiting = lane.waitingRemoval(removal.uid());
    if (waiting.isPresent()) {
      waiting.get().tickets().addAll(tickets);
    } else {
      lane.awaitRemoval(new Job(removal, tickets));
    }
  }

  /** Other tenants that hold the lane's id here: shown in the directory, or being made. */
  private Set<TenantUid> othersOf(Lane lane, TenantUid uid) {
    Set<TenantUid> others = new HashSet<>();
    directory.find(lane.id()).ifPresent(view -> others.add(view.uid()));
    if (lane.running().isPresent()) {
      TenantUid busy = lane.running().get().work().uid();
      switch (lane.running().get().work()) {
        case Work.Apply apply -> others.add(busy);
        // Should this fail, so does what waits behind it.
        case Work.Remove remove -> others.remove(busy);
      }
    }
    others.remove(uid);
    return others;
  }

  private void restrict(TenantId id, TenantUid uid, Serving serving, Set<String> revoked) {
    directory.find(id, uid).ifPresent(view -> directory.put(view.restrictedTo(serving, revoked)));
  }

  /** What of the next is true at once: what closes the tenant, and the keys to read with. */
  private static TenantView foreseeing(TenantView view, TenantView next) {
    return view.restrictedTo(next.serving(), next.revoked()).alsoKnowing(next.secrets());
  }

  private void show(Lane lane, TenantView view) {
    if (!knows(view.uid())) {
      // Closed while it was being made.
      directory.put(view.restrictedTo(Serving.DELETED, Set.of()));
      return;
    }
    applied.put(view.uid(), view.generation());
    TenantView shown = view;
    Restriction restriction = restrictions.get(view.uid());
    if (restriction != null && restriction.generation() > view.generation()) {
      shown = view.restrictedTo(restriction.serving(), restriction.revoked());
    } else {
      restrictions.remove(view.uid());
    }
    if (lane.waitingRemoval(view.uid()).isPresent()) {
      shown = shown.restrictedTo(Serving.DELETED, Set.of());
    }
    Optional<Job> next = lane.waitingUpdate();
    if (next.isPresent()
        && next.get().work() instanceof Work.Apply newer
        && newer.uid().equals(view.uid())) {
      shown = foreseeing(shown, newer.desired());
    }
    directory.put(shown);
  }

  private void forget(Work.Remove removal) {
    applied.remove(removal.uid());
    restrictions.remove(removal.uid());
    if (generation(newest, removal.uid()) <= removal.generation()) {
      newest.remove(removal.uid());
    }
    directory.remove(removal.id(), removal.uid());
    removed.merge(removal.uid(), removal.generation(), Math::max);
    if (removed.size() > REMEMBERED_REMOVALS) {
      removed.remove(removed.keySet().iterator().next());
    }
  }

  private void makeStartable(Lane lane) {
    if (lane.canStart()) {
      startable.add(lane);
    }
  }

  private void startMore() {
    while (running < parallelism && !startable.isEmpty()) {
      Job job = startable.removeFirst().start();
      running++;
      outlet.start(job);
    }
  }

  private void tried(TenantId id) {
    if (untried.remove(id) && untried.isEmpty()) {
      outlet.allTried();
    }
  }

  private Lane lane(TenantId id) {
    Lane lane = lanes.get(id);
    if (lane == null) {
      throw new IllegalStateException("no lane of " + id);
    }
    return lane;
  }

  private static long generation(Map<TenantUid, Long> generations, TenantUid uid) {
    return generations.getOrDefault(uid, 0L);
  }
}
