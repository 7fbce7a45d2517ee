package dev.kryonix.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The buckets of this gateway alone, for the time that Redis is away: each gateway then holds every
 * tenant to its plan by itself.
 */
final class LocalGrants implements Grants {
  private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int MAX_TENANTS = 100_000;

  private final LongSupplier nanoTime;
  private final Cache<TenantUid, Buckets> buckets =
      Caffeine.newBuilder().maximumSize(MAX_TENANTS).expireAfterAccess(Duration.ofHours(1)).build();

  LocalGrants(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public void take(TenantUid tenant, Rate rate, long used, long wanted, Consumer<Grant> then) {
    long now = nanoTime.getAsLong();
    Buckets of =
        buckets
            .asMap()
            .compute(
                tenant,
                (uid, known) ->
                    known != null && known.rate.equals(rate) ? known : new Buckets(rate, now));
    then.accept(of.take(now, used, wanted));
  }

  private static final class Buckets {
    private final Rate rate;
    private final Bucket hour;
    private final Bucket second;

    Buckets(Rate rate, long now) {
      this.rate = rate;
      this.hour = new Bucket(orUnlimited(rate.perHour()), HOUR_NANOS, now);
      this.second = new Bucket(orUnlimited(rate.perSecond()), SECOND_NANOS, now);
    }

    synchronized Grant take(long now, long used, long wanted) {
      double least = Math.min(hour.tokens(now), second.tokens(now)) - (double) used;
      long granted = Math.max(0, Math.min(wanted, (long) Math.floor(least)));
      hour.charge((double) (used + granted));
      second.charge((double) (used + granted));
      long wait = granted > 0 ? 0 : Math.max(hour.waitNanos(), second.waitNanos());
      return new Grant(granted, Math.max(0, (long) Math.floor(least) - granted), wait);
    }

    private static double orUnlimited(long size) {
      return size > 0 ? (double) size : Double.MAX_VALUE;
    }
  }
}
