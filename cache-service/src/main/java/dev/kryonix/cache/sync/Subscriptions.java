package dev.kryonix.cache.sync;

import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Deltas of a collection as they come. What this process changes is told at once; what others
 * change is seen by looking at the log's version, eight bytes, once a second. A slow reader is told
 * later and more at once, and nothing is held for it.
 */
@Singleton
final class Subscriptions {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final Collections collections;
  private final Bells bells;

  Subscriptions(Collections collections, Bells bells) {
    this.collections = collections;
    this.bells = bells;
  }

  /** Who takes deltas. */
  interface Follower {
    /** Takes a delta; waits while the reader is slow. */
    void take(Collections.Delta delta);

    /** Whether nobody is there any more. */
    boolean isGone();
  }

  /** Follows a collection from a checkpoint until nobody is there any more. */
  void follow(
      Supplier<TenantView> tenant, CollectionName name, String checkpoint, Follower follower)
      throws InterruptedException {
    String at = checkpoint;
    while (!follower.isGone()) {
      // Before the changes are read: what comes in between is seen at the next look.
      long version = collections.version(tenant.get(), name);
      Collections.Delta delta;
      do {
        delta = collections.pull(tenant.get(), name, at, 0);
        if (delta.reset() || !delta.checkpoint().equals(at)) {
          follower.take(delta);
        }
        at = delta.checkpoint();
      } while (delta.more());
      while (!follower.isGone() && collections.version(tenant.get(), name) == version) {
        bells.await(Collections.bell(tenant.get(), name), BETWEEN_LOOKS);
      }
    }
  }
}
