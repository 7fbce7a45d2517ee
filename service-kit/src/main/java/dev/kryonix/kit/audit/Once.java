package dev.kryonix.kit.audit;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Does something once for each key in a while, however many ask for it at the same time: the first
 * does it, the others wait for that. What fails, fails for all who wait, and is done anew for the
 * next.
 *
 * @param <K> a key
 */
final class Once<K> {
  private final AsyncCache<K, Boolean> done;

  Once(int mostKeys, Duration remembered) {
    this.done =
        Caffeine.newBuilder().maximumSize(mostKeys).expireAfterWrite(remembered).buildAsync();
  }

  /** Whether it has been done for the key. */
  boolean isDone(K key) {
    CompletableFuture<Boolean> mine = done.getIfPresent(key);
    return mine != null && mine.isDone() && !mine.isCompletedExceptionally();
  }

  /** Does it, unless it has been done; returns when it is done, or throws why it cannot be. */
  void require(K key, Runnable work) {
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    CompletableFuture<Boolean> first = done.asMap().putIfAbsent(key, mine);
    if (first == null) {
      try {
        work.run();
        mine.complete(true);
      } catch (RuntimeException e) {
        // It also leaves the cache by that.
        mine.completeExceptionally(e);
        throw e;
      }
      return;
    }
    try {
      Boolean unused = first.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }
}
