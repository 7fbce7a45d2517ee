package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.kit.errors.ServiceException;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what callers want of one place at the same time, so that one command does for many. As
 * {@link Keyspace#send} does for commands, whoever comes first lets those go ahead that are ready
 * to run, and sends for all; a lone caller never waits.
 *
 * <p>What goes to one place goes in the order in which it was added.
 *
 * @param <P> a place
 * @param <W> what is wanted there
 */
final class Gathering<P, W> {
  /** As many as Redis may do in one go while others wait. */
  private static final int MOST = 64;

  private final Keyspace keyspace;
  private final BiConsumer<P, List<W>> sender;
  private final Queue<Wish<P, W>> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingCount = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();

  @SuppressWarnings("ThreadLocalUsage") // Each gathering has its own, and there are few of them.
  private final ThreadLocal<@Nullable List<Wish<P, W>>> gathered = new ThreadLocal<>();

  /** What sends a list of wishes to their place, in one command. */
  Gathering(Keyspace keyspace, BiConsumer<P, List<W>> sender) {
    this.keyspace = keyspace;
    this.sender = sender;
  }

  private record Wish<P, W>(P place, W what, CompletableFuture<?> answer) {}

  /** Adds a wish, whose answer the sender completes; or it fails, when nothing can be sent. */
  @SuppressWarnings("ThreadPriorityCheck") // Right without the yield too, only with fewer together.
  void add(P place, W what, CompletableFuture<?> answer) {
    Wish<P, W> wish = new Wish<>(place, what, answer);
    List<Wish<P, W>> mine = gathered.get();
    if (mine != null) {
      mine.add(wish);
      return;
    }
    boolean alone = underWay.getAndIncrement() == 0;
    Object unused = answer.whenComplete((value, error) -> underWay.decrementAndGet());
    waiting.add(wish);
    int count = waitingCount.incrementAndGet();
    if (count == 1 && !alone) {
      Thread.yield();
    }
    if (count == 1 || count >= MOST) {
      sendWaiting();
    }
  }

  /** Runs what adds many wishes, and sends them together at its end. */
  void gather(Runnable adding) {
    if (gathered.get() != null) {
      adding.run();
      return;
    }
    List<Wish<P, W>> mine = new ArrayList<>();
    gathered.set(mine);
    try {
      adding.run();
    } finally {
      gathered.remove();
      send(mine);
    }
  }

  private void sendWaiting() {
    // Before the queue is emptied: whoever adds after this sees that nobody has promised to send.
    waitingCount.set(0);
    List<Wish<P, W>> some = new ArrayList<>();
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      some.add(next);
    }
    send(some);
  }

  private void send(List<Wish<P, W>> wishes) {
    if (wishes.isEmpty()) {
      return;
    }
    Map<P, List<Wish<P, W>>> places = new LinkedHashMap<>();
    wishes.forEach(
        wish -> places.computeIfAbsent(wish.place(), place -> new ArrayList<>()).add(wish));
    try {
      keyspace.gather(() -> places.forEach(this::send));
    } catch (ServiceException | RedisException e) {
      // Nobody is left waiting for what was not sent.
      wishes.forEach(wish -> wish.answer().completeExceptionally(e));
    }
  }

  private void send(P place, List<Wish<P, W>> all) {
    for (int from = 0; from < all.size(); from += MOST) {
      sender.accept(
          place,
          all.subList(from, Math.min(all.size(), from + MOST)).stream().map(Wish::what).toList());
    }
  }
}
