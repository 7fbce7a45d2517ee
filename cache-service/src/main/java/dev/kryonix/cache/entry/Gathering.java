package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what callers want of one place at the same time, so that one command does for many. What
 * comes while nothing is under way to its place is sent at once; what comes meanwhile waits for the
 * answer and is then sent together, so a group is as large as the load, a lone caller never waits,
 * and nobody waits for a timer. What is added on an event loop is sent when the loop has gone
 * through all that it has read, so that calls that came together go on together. And since a place
 * has no more than one command at Redis, those who want something of another wait for one group of
 * it at most, however many it has waiting.
 *
 * <p>What goes to one place goes in the order in which it was added. What has waited for its turn
 * for as long as a command may take fails then, since Redis does not answer.
 *
 * @param <P> a place
 * @param <W> what is wanted there
 */
final class Gathering<P, W> {
  /** As many as Redis may do in one go while others wait. */
  private static final int MOST = 64;

  private final Keyspace keyspace;
  private final Sender<P, W> sender;
  private final Map<P, Line> lines = new ConcurrentHashMap<>();

  @SuppressWarnings("ThreadLocalUsage") // Each gathering has its own, and there are few of them.
  private final ThreadLocal<@Nullable List<Wish<P, W>>> gathered = new ThreadLocal<>();

  Gathering(Keyspace keyspace, Sender<P, W> sender) {
    this.keyspace = keyspace;
    this.sender = sender;
  }

  /** Sends wishes to their place in one command, and completes their answers. */
  interface Sender<P, W> {
    /**
     * Completes, one way or the other, when Redis has answered; a failure is that of all that have
     * no answer.
     */
    CompletableFuture<?> send(P place, List<W> wishes);
  }

  /**
   * What is wanted.
   *
   * @param since when it was added, by the machine's own clock
   */
  private record Wish<P, W>(P place, W what, CompletableFuture<?> answer, long since) {
    boolean isOlderThan(Duration timeout) {
      return System.nanoTime() - since > timeout.toNanos();
    }
  }

  /** Adds a wish, whose answer the sender completes; or it fails, when nothing can be sent. */
  void add(P place, W what, CompletableFuture<?> answer) {
    Wish<P, W> wish = new Wish<>(place, what, answer, System.nanoTime());
    List<Wish<P, W>> mine = gathered.get();
    if (mine != null) {
      mine.add(wish);
    } else if (keyspace.afterThisRound(this::sendGathered)) {
      gathered.set(new ArrayList<>(List.of(wish)));
    } else {
      enqueue(place, List.of(wish));
    }
  }

  /** Runs what adds many wishes, and sends them together at its end. */
  void gather(Runnable adding) {
    if (gathered.get() != null) {
      adding.run();
      return;
    }
    gathered.set(new ArrayList<>());
    try {
      adding.run();
    } finally {
      sendGathered();
    }
  }

  private void sendGathered() {
    List<Wish<P, W>> mine = gathered.get();
    gathered.remove();
    if (mine == null) {
      return;
    }
    Map<P, List<Wish<P, W>>> places = new LinkedHashMap<>();
    mine.forEach(
        wish -> places.computeIfAbsent(wish.place(), place -> new ArrayList<>()).add(wish));
    places.forEach(this::enqueue);
  }

  private void enqueue(P place, List<Wish<P, W>> wishes) {
    boolean joined = false;
    while (!joined) {
      joined = lines.computeIfAbsent(place, Line::new).join(wishes);
    }
  }

  /**
   * Those who wait for one place. It is closed when nobody is left, so that there are no lines of
   * places that nobody wants anything of.
   */
  private final class Line {
    private final P place;
    private final Queue<Wish<P, W>> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean underWay;
    private boolean closed;

    Line(P place) {
      this.place = place;
    }

    /** False when the line has been closed: then there is another, or none. */
    boolean join(List<Wish<P, W>> wishes) {
      List<Wish<P, W>> late = new ArrayList<>();
      List<Wish<P, W>> group;
      lock.lock();
      try {
        if (closed) {
          return false;
        }
        waiting.addAll(wishes);
        group = next(late);
      } finally {
        lock.unlock();
      }
      fail(late);
      send(group);
      return true;
    }

    /** Those whose turn it is when the answer for those before has come. */
    private List<Wish<P, W>> answered() {
      List<Wish<P, W>> late = new ArrayList<>();
      List<Wish<P, W>> group;
      lock.lock();
      try {
        underWay = false;
        group = next(late);
      } finally {
        lock.unlock();
      }
      fail(late);
      return group;
    }

    /**
     * Those whose turn it is, but for who has given up meanwhile; none while others are under way.
     *
     * @param late takes those who have waited too long
     */
    private List<Wish<P, W>> next(List<Wish<P, W>> late) {
      if (underWay) {
        return List.of();
      }
      List<Wish<P, W>> group = new ArrayList<>();
      while (group.size() < MOST && !waiting.isEmpty()) {
        Wish<P, W> wish = waiting.remove();
        if (wish.isOlderThan(keyspace.timeout())) {
          late.add(wish);
        } else if (!wish.answer().isDone()) {
          group.add(wish);
        }
      }
      underWay = !group.isEmpty();
      if (!underWay) {
        closed = true;
        lines.remove(place, this);
      }
      return group;
    }

    private void fail(List<Wish<P, W>> late) {
      if (!late.isEmpty()) {
        RedisException failure = new RedisCommandTimeoutException("not sent for want of answers");
        late.forEach(wish -> wish.answer().completeExceptionally(failure));
      }
    }

    /** Sends a group, and those that wait as soon as it is over, which may be at once. */
    private void send(List<Wish<P, W>> first) {
      List<Wish<P, W>> group = first;
      while (!group.isEmpty()) {
        CompletableFuture<Void> over = sent(group);
        if (!over.isDone()) {
          CompletableFuture<Void> unused = over.thenRun(() -> send(answered()));
          return;
        }
        group = answered();
      }
    }

    /**
     * Completes when nobody of a group waits any more. Whatever fails, defects too, fails for those
     * of the group, since nobody else would ever end their wait, nor that of those after them.
     */
    private CompletableFuture<Void> sent(List<Wish<P, W>> group) {
      CompletableFuture<Void> over = new CompletableFuture<>();
      try {
        List<W> wishes = group.stream().map(Wish::what).toList();
        keyspace.gather(
            () ->
                sender
                    .send(place, wishes)
                    .whenComplete((any, failure) -> end(group, failure, over)));
      } catch (RuntimeException | Error e) {
        end(group, e, over);
      }
      return over;
    }

    private void end(
        List<Wish<P, W>> group, @Nullable Throwable failure, CompletableFuture<Void> over) {
      if (failure != null) {
        Throwable cause =
            failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        group.forEach(wish -> wish.answer().completeExceptionally(cause));
      }
      over.complete(null);
    }
  }
}
