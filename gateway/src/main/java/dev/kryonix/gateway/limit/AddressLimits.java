package dev.kryonix.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Holds each address to a number of failed authentications and of calls without a token. Kept by
 * each gateway for itself: what it protects is this gateway's processor, and the issuer behind it.
 */
@Singleton
public final class AddressLimits {
  private static final long FORGIVEN_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long GRANTED_NANOS = Duration.ofSeconds(4).toNanos();
  private static final int MAX_ADDRESSES = 100_000;

  private final LimitSettings settings;
  private final LongSupplier nanoTime;
  private final Counter refused;
  private final Cache<Peer, Buckets> addresses =
      Caffeine.newBuilder()
          .maximumSize(MAX_ADDRESSES)
          .expireAfterAccess(Duration.ofMinutes(1))
          .build();

  @jakarta.inject.Inject
  AddressLimits(LimitSettings settings, MeterRegistry metrics) {
    this(settings, metrics, System::nanoTime);
  }

  AddressLimits(LimitSettings settings, MeterRegistry metrics, LongSupplier nanoTime) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.refused =
        Counter.builder("kryonix.gateway.address.limited")
            .description("Calls refused because of the address that they came from")
            .register(metrics);
  }

  /**
   * Charges the check of a token that is not known yet, before it is made; refuses when the address
   * has failed too often. A token that proves good is given back with {@link #passed}.
   */
  public void attempt(Peer peer) {
    of(peer).failures(1, this::refuse);
  }

  /** The token was good: the attempt costs nothing. */
  public void passed(Peer peer) {
    of(peer).failures(-1, wait -> {});
  }

  /** Something else than a token has proved wrong, such as an API key. */
  public void failed(Peer peer) {
    of(peer).failures(1, wait -> {});
  }

  /** Charges a call without a token; refuses when there are too many, or too many have failed. */
  public void open(Peer peer) {
    of(peer).open(this::refuse);
  }

  private void refuse(long waitNanos) {
    refused.increment();
    throw LimitErrors.address(Duration.ofNanos(waitNanos));
  }

  private Buckets of(Peer peer) {
    return addresses.get(peer, each -> new Buckets());
  }

  private final class Buckets {
    private final Bucket failures =
        new Bucket(settings.failuresPerAddress(), FORGIVEN_NANOS, nanoTime.getAsLong());
    private final Bucket open =
        new Bucket(settings.publicPerAddress(), GRANTED_NANOS, nanoTime.getAsLong());

    void failures(int count, java.util.function.LongConsumer whenEmpty) {
      long wait;
      synchronized (this) {
        boolean empty = failures.tokens(nanoTime.getAsLong()) < 1;
        wait = empty ? failures.waitNanos() : 0;
        if (!empty || count < 0) {
          failures.charge(count);
        }
      }
      if (wait > 0) {
        whenEmpty.accept(wait);
      }
    }

    void open(java.util.function.LongConsumer whenEmpty) {
      long wait;
      synchronized (this) {
        long now = nanoTime.getAsLong();
        boolean failed = failures.tokens(now) < 1;
        boolean many = open.tokens(now) < 1;
        wait = Math.max(failed ? failures.waitNanos() : 0, many ? open.waitNanos() : 0);
        if (wait == 0) {
          open.charge(1);
        }
      }
      if (wait > 0) {
        whenEmpty.accept(wait);
      }
    }
  }
}
