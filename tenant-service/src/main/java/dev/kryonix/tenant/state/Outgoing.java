package dev.kryonix.tenant.state;

import com.google.protobuf.Duration;
import dev.kryonix.api.tenant.v1.Drain;
import dev.kryonix.api.tenant.v1.Lease;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.postgres.DatabaseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a stream says next: what the session has to say, a lease when there is nothing, and a drain
 * before the end. As the session, a state machine without threads, clock or network of its own.
 */
final class Outgoing {
  private static final Logger LOG = LoggerFactory.getLogger(Outgoing.class);
  private static final long LEASE_SECONDS = 60;
  private static final java.time.Duration BETWEEN_LEASES = java.time.Duration.ofSeconds(15);
  private static final java.time.Duration AFTER_FAILURE = java.time.Duration.ofMillis(500);
  private static final long DRAIN_SECONDS = 2;
  private static final java.time.Duration LONGEST_WAIT = java.time.Duration.ofMinutes(1);

  private final SyncSession session;
  private final Predicate<Instant> isUpToDate;
  private final InstantSource clock;
  private boolean drainWanted;
  private @Nullable Instant endAt;
  private Instant nextLease = Instant.MIN;
  private Instant pausedUntil = Instant.MIN;

  /**
   * @param isUpToDate whether, at an instant, no committed change can have been missed but for the
   *     last moments
   */
  Outgoing(SyncSession session, Predicate<Instant> isUpToDate, InstantSource clock) {
    this.session = session;
    this.isUpToDate = isUpToDate;
    this.clock = clock;
  }

  /** Lets the stream end soon, once the instance has been asked to go elsewhere. */
  void drain() {
    drainWanted = true;
  }

  boolean isDraining() {
    return endAt != null;
  }

  /** Whether the stream is to end now. */
  boolean isOver() {
    return endAt != null && !clock.instant().isBefore(endAt);
  }

  /** The next message; empty when there is none now. */
  Optional<SyncResponse> next() {
    Instant now = clock.instant();
    if (drainWanted && endAt == null) {
      endAt = now.plusSeconds(DRAIN_SECONDS);
      return Optional.of(
          SyncResponse.newBuilder()
              .setDrain(
                  Drain.newBuilder().setGrace(Duration.newBuilder().setSeconds(DRAIN_SECONDS)))
              .build());
    }
    if (now.isBefore(pausedUntil)) {
      return Optional.empty();
    }
    try {
      Optional<SyncResponse> next = session.next();
      return next.isPresent() ? next : lease(now);
    } catch (ServiceException | DatabaseException e) {
      LOG.debug("the desired state cannot be read: {}", e.toString());
      pausedUntil = now.plus(AFTER_FAILURE);
      return Optional.empty();
    }
  }

  /** When {@link #next} may have something though nothing happens. */
  Instant wakeAt() {
    Instant now = clock.instant();
    Instant wake = now.plus(LONGEST_WAIT);
    if (endAt != null) {
      wake = earlier(wake, endAt);
    }
    if (now.isBefore(pausedUntil)) {
      wake = earlier(wake, pausedUntil);
    }
    wake = earlier(wake, now.isBefore(nextLease) ? nextLease : now.plus(AFTER_FAILURE));
    Optional<Instant> retry = session.nextRetry();
    return retry.isPresent() ? earlier(wake, retry.get()) : wake;
  }

  /**
   * Only when nothing is left to say, and nothing can have been missed, is the instance's knowledge
   * current.
   */
  private Optional<SyncResponse> lease(Instant now) {
    if (!session.isOpened() || now.isBefore(nextLease) || !isUpToDate.test(now)) {
      return Optional.empty();
    }
    nextLease = now.plus(BETWEEN_LEASES);
    return Optional.of(
        SyncResponse.newBuilder()
            .setLease(
                Lease.newBuilder().setDuration(Duration.newBuilder().setSeconds(LEASE_SECONDS)))
            .build());
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
