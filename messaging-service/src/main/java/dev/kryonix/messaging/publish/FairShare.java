package dev.kryonix.messaging.publish;

import dev.kryonix.kit.identity.TenantUid;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many messages the publish streams of a tenant may have under way. While other tenants publish
 * too, they are about as many as the broker confirms in a short time: what lies there for longer
 * makes nothing faster, and whoever comes next waits behind it. A tenant that publishes alone is
 * not bounded here.
 *
 * <p>By Little's law so many under way, at the rate of their confirms, take just that time each;
 * the quarter more than that finds out whether it could be faster (the gain of BBR's probing,
 * draft-ietf-ccwg-bbr).
 */
@Singleton
final class FairShare {
  /** Of a tenant's streams together, however slow the broker is. */
  static final int LEAST = 32;

  /** How long a message is to be under way at the broker, if it can be as fast. */
  static final Duration PROMPT = Duration.ofMillis(5);

  /** Nobody else publishes when nobody else has for so long. */
  static final Duration ALONE = Duration.ofSeconds(1);

  /** Shares are reckoned anew after it. */
  static final Duration ROUND = Duration.ofMillis(20);

  private static final double PROBING = 1.25;

  /** A slow disk, or nodes far from each other: what nobody can beat is not the tenant's fault. */
  private static final int TIMES_FASTEST = 2;

  private final LongSupplier nanoTime;
  private final FastestConfirm fastest;
  private final ConcurrentMap<TenantUid, Share> shares = new ConcurrentHashMap<>();
  private volatile @Nullable TenantUid last;
  private volatile long changed;

  @Inject
  FairShare() {
    this(System::nanoTime);
  }

  FairShare(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.fastest = new FastestConfirm(nanoTime.getAsLong());
    this.changed = nanoTime.getAsLong() - ALONE.toNanos();
  }

  /** A stream of the tenant begins, and ends when what it gets is closed. */
  Seat join(TenantUid tenant) {
    Share share =
        shares.compute(
            tenant,
            (uid, known) -> {
              Share joined = known == null ? new Share(nanoTime.getAsLong()) : known;
              joined.streams.incrementAndGet();
              return joined;
            });
    return new Seat(tenant, share);
  }

  /** The broker has confirmed a message of the tenant that was under way since then. */
  void confirmed(TenantUid tenant, long since) {
    long now = nanoTime.getAsLong();
    fastest.note(now - since, now);
    TenantUid before = last;
    if (!tenant.equals(before)) {
      last = tenant;
      if (before != null) {
        changed = now;
      }
    }
    Share share = shares.get(tenant);
    if (share != null) {
      share.confirmed(now);
    }
  }

  private boolean isShared() {
    return nanoTime.getAsLong() - changed < ALONE.toNanos();
  }

  private long promptNanos() {
    return Math.max(PROMPT.toNanos(), TIMES_FASTEST * fastest.nanos());
  }

  /** What one stream may have. */
  final class Seat implements AutoCloseable {
    private final TenantUid tenant;
    private final Share share;

    private Seat(TenantUid tenant, Share share) {
      this.tenant = tenant;
      this.share = share;
    }

    /** How many of its messages may be under way now. */
    int most() {
      return isShared() ? Math.max(1, share.most / Math.max(1, share.streams.get())) : Credit.MOST;
    }

    @Override
    public void close() {
      shares.computeIfPresent(
          tenant, (uid, known) -> known.streams.decrementAndGet() == 0 ? null : known);
    }
  }

  /** Of one tenant. */
  private final class Share {
    final AtomicInteger streams = new AtomicInteger();
    volatile int most = LEAST;
    private long began;
    private int confirmed;

    Share(long now) {
      this.began = now;
    }

    synchronized void confirmed(long now) {
      confirmed++;
      long round = now - began;
      if (round >= ROUND.toNanos()) {
        most = (int) Math.max(LEAST, PROBING * confirmed * promptNanos() / round);
        began = now;
        confirmed = 0;
      }
    }
  }
}
