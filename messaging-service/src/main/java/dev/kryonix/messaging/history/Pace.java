package dev.kryonix.messaging.history;

import dev.kryonix.api.messaging.v1.ReplayDestination;
import dev.kryonix.api.messaging.v1.ReplayRequest;
import dev.kryonix.kit.state.TenantView;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Keeps a replay to a number of messages per second; zero is no bound. */
final class Pace {
  private static final int INTO_QUEUES = 1000;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final int perSecond;
  private long next = System.nanoTime();

  private Pace(int perSecond) {
    this.perSecond = perSecond;
  }

  /** Into queues never faster than the plan lets the tenant publish. */
  static Pace of(ReplayRequest request, TenantView tenant) {
    int asked = request.getRatePerSecond();
    if (request.getDestination() != ReplayDestination.REPLAY_DESTINATION_QUEUES) {
      return new Pace(asked);
    }
    int most = Math.max(1, tenant.limits().getMessaging().getPublishPerSecond());
    return new Pace(Math.min(asked == 0 ? INTO_QUEUES : asked, most));
  }

  /** Waits until the next message may go. */
  void take() throws InterruptedException {
    if (perSecond == 0) {
      return;
    }
    long now = System.nanoTime();
    if (next > now) {
      TimeUnit.NANOSECONDS.sleep(next - now);
    } else {
      next = now;
    }
    next += SECOND / perSecond;
  }
}
