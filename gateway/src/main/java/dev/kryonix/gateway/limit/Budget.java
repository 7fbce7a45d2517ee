package dev.kryonix.gateway.limit;

import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What one gateway may let pass of one tenant without asking. It takes requests out of the shared
 * buckets ahead of need, a lease at a time, and while it waits for the answer lets pass up to a
 * lease on credit, which the next question charges. So a call never waits, and over all gateways a
 * tenant gets at most two leases per gateway more than its buckets hold, plus the cost of one call;
 * over time it gets exactly what is refilled, since credit is paid back.
 */
final class Budget {
  private static final Duration SHORTLY = Duration.ofMillis(100);

  private final TenantUid tenant;
  private final Rate rate;
  private final Grants grants;
  private final LongSupplier nanoTime;
  private final AtomicLong tokens = new AtomicLong();
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile long remaining;
  private volatile long refusedUntilNanos;

  Budget(TenantUid tenant, Rate rate, Grants grants, LongSupplier nanoTime) {
    this.tenant = tenant;
    this.rate = rate;
    this.grants = grants;
    this.nanoTime = nanoTime;
    this.refusedUntilNanos = nanoTime.getAsLong();
    this.remaining = rate.perHour() > 0 ? rate.perHour() : rate.perSecond();
  }

  Rate rate() {
    return rate;
  }

  /** Lets a call pass, or not. */
  Allowance take(long cost) {
    long before = tokens.getAndAdd(-cost);
    long refusedFor = refusedUntilNanos - nanoTime.getAsLong();
    boolean empty = before <= 0 && refusedFor > 0;
    if (empty || before <= -rate.lease()) {
      tokens.addAndGet(cost);
      if (!empty) {
        ask();
      }
      return new Allowance(rate, 0, Math.max(refusedFor, empty ? 0 : SHORTLY.toNanos()), false);
    }
    if (before - cost <= rate.lease() / 2) {
      ask();
    }
    return new Allowance(rate, Math.max(0, remaining + Math.max(0, before - cost)), 0, true);
  }

  /** Asks for a lease more, unless the answer to such a question is awaited already. */
  private void ask() {
    if (refusedUntilNanos - nanoTime.getAsLong() > 0 || !asking.compareAndSet(false, true)) {
      return;
    }
    long balance = tokens.get();
    long used = Math.max(0, -balance);
    long wanted = Math.max(0, rate.lease() - Math.max(0, balance));
    grants.take(tenant, rate, used, wanted, grant -> granted(used, grant));
  }

  private void granted(long used, Grant grant) {
    remaining = grant.remaining();
    if (grant.tokens() == 0 && grant.waitNanos() > 0) {
      refusedUntilNanos = nanoTime.getAsLong() + grant.waitNanos();
    }
    tokens.addAndGet(used + grant.tokens());
    asking.set(false);
  }
}
