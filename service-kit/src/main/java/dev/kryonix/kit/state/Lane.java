package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The works of one tenant id: one runs, removals wait in order, and of the updates only the newest
 * waits, after them.
 */
final class Lane {
  private final TenantId id;
  private final Deque<Job> removals = new ArrayDeque<>();
  private @Nullable Job update;
  private @Nullable Job running;

  Lane(TenantId id) {
    this.id = id;
  }

  TenantId id() {
    return id;
  }

  Optional<Job> running() {
    return Optional.ofNullable(running);
  }

  Optional<Job> waitingUpdate() {
    return Optional.ofNullable(update);
  }

  /** The waiting removal of that tenant. */
  Optional<Job> waitingRemoval(TenantUid uid) {
    return removals.stream().filter(job -> job.work().uid().equals(uid)).findFirst();
  }

  /** Lets the update wait, in place of what waits. */
  void await(Job newest) {
    update = newest;
  }

  void awaitRemoval(Job removal) {
    removals.add(removal);
  }

  /** Takes the waiting update out. */
  Optional<Job> dropUpdate() {
    Optional<Job> dropped = waitingUpdate();
    update = null;
    return dropped;
  }

  boolean canStart() {
    return running == null && (update != null || !removals.isEmpty());
  }

  boolean isIdle() {
    return running == null && update == null && removals.isEmpty();
  }

  /** The work whose turn it is, now running. */
  Job start() {
    Job next = removals.isEmpty() ? update : removals.remove();
    if (next == null || running != null) {
      throw new IllegalStateException("nothing can start in the lane of " + id);
    }
    if (next == update) {
      update = null;
    }
    running = next;
    return next;
  }

  void finish() {
    running = null;
  }
}
