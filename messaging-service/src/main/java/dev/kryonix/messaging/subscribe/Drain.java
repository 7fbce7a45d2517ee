package dev.kryonix.messaging.subscribe;

import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Lifecycle;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ends subscriptions when the process is to stop: no more is delivered, and once what is held has
 * been settled, or after a few seconds, the stream ends. The consumer has not failed then.
 */
@Singleton
final class Drain implements Lifecycle {
  private static final long GRACE = Duration.ofSeconds(5).toNanos();

  private volatile @Nullable Long begun;

  @Override
  public void start() {
    begun = null;
  }

  @Override
  public void stop() {
    begun = System.nanoTime();
  }

  boolean hasBegun() {
    return begun != null;
  }

  /** Refuses to go on with a stream that holds nothing, or has had its time. */
  void check(boolean holdsNothing) {
    Long since = begun;
    if (since != null && (holdsNothing || System.nanoTime() - since > GRACE)) {
      throw ending();
    }
  }

  private static ServiceException ending() {
    return CommonErrors.notServing("the service stops; subscribe again");
  }
}
