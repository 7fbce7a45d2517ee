package dev.kryonix.kit.identity;

import io.grpc.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * An issuer's keys, asked for when needed and kept.
 *
 * <ul>
 *   <li>Keys that are getting old are asked for again aside, at a moment that differs between
 *       processes; so nobody waits, a new key is known before it is met, and a withdrawn one ends.
 *   <li>Keys that nobody has asked for in a long while are asked for again before they are used.
 *   <li>An unknown key id leads to a question, but not soon after the last one: strangers cannot
 *       use it to hammer the issuer. One question is under way at a time, and it is everybody's: it
 *       does not end with the call that led to it.
 *   <li>While the issuer is away its known keys go on working, and it is asked ever less often. A
 *       token under another key is not called bad then, since that cannot be known, unless the last
 *       answer still settles it: an issuer may publish keys some time before it signs with them.
 * </ul>
 */
public final class CachedKeys implements KeySource {
  private static final Logger LOG = LoggerFactory.getLogger(CachedKeys.class);
  private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(10);
  private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 3;

  private final String issuer;
  private final KeyFetch fetch;
  private final Duration fresh;
  private final Duration ahead;
  private final InstantSource clock;
  private final ReentrantLock asking = new ReentrantLock();
  private volatile Known known =
      new Known(Map.of(), Instant.MIN, Instant.MIN, Instant.MIN, Instant.MIN, 0);

  /**
   * Keys that nobody has asked for yet.
   *
   * @param fresh how old they may be
   * @param ahead for how long after an answer the issuer signs with no key that is not in it
   */
  CachedKeys(String issuer, KeyFetch fetch, Duration fresh, Duration ahead, InstantSource clock) {
    this.issuer = issuer;
    this.fetch = fetch;
    this.fresh = fresh;
    this.ahead = ahead;
    this.clock = clock;
  }

  /**
   * What is known of the issuer.
   *
   * @param keys its keys by id
   * @param completeUntil before this it signs with none but these
   * @param refreshAt when they are asked for again aside
   * @param staleAt when they are asked for again before use
   * @param nextQuestion before this the issuer is not asked
   * @param failures how often in a row it did not answer
   */
  private record Known(
      Map<String, VerificationKey> keys,
      Instant completeUntil,
      Instant refreshAt,
      Instant staleAt,
      Instant nextQuestion,
      int failures) {}

  @Override
  public Optional<VerificationKey> find(String keyId) {
    Known now = known;
    Instant time = clock.instant();
    @Nullable VerificationKey key = now.keys().get(keyId);
    if (!time.isBefore(now.nextQuestion())) {
      if (key == null) {
        askOrAwait();
      } else if (!time.isBefore(now.staleAt())) {
        askUnlessAsked();
      } else if (!time.isBefore(now.refreshAt())) {
        askAside();
      }
      now = known;
      key = now.keys().get(keyId);
    }
    if (key == null && now.failures() > 0 && !time.isBefore(now.completeUntil())) {
      // It may be a good token under a key that could not be asked for.
      throw TokenErrors.keysUnavailable(issuer);
    }
    return Optional.ofNullable(key);
  }

  @Override
  public boolean prepare() {
    if (known.keys().isEmpty()) {
      askOrAwait();
    }
    return !known.keys().isEmpty();
  }

  @Override
  public boolean holds(VerificationKey key) {
    Known now = known;
    @Nullable VerificationKey current = now.keys().get(key.id());
    if (current == null || !key.equals(current)) {
      return false;
    }
    Instant time = clock.instant();
    if (time.isBefore(now.nextQuestion()) || time.isBefore(now.refreshAt())) {
      return true;
    }
    if (time.isBefore(now.staleAt())) {
      askAside();
      return true;
    }
    // Whoever may wait asks first, unless that is being done.
    return asking.isLocked();
  }

  private void askAside() {
    if (!asking.isLocked()) {
      Thread.startVirtualThread(this::askUnlessAsked);
    }
  }

  private void askUnlessAsked() {
    if (asking.tryLock()) {
      try {
        ask();
      } finally {
        asking.unlock();
      }
    }
  }

  private void askOrAwait() {
    asking.lock();
    try {
      ask();
    } finally {
      asking.unlock();
    }
  }

  private void ask() {
    Known before = known;
    if (clock.instant().isBefore(before.nextQuestion())) {
      return;
    }
    // A caller that cannot wait, or has left, must not spoil the answer for all others.
    Context caller = Context.ROOT.attach();
    try {
      Map<String, VerificationKey> keys = fetch.fetch();
      Instant now = clock.instant();
      known =
          new Known(
              keys,
              now.plus(ahead),
              now.plus(earlier(fresh)),
              now.plus(fresh),
              now.plus(fresh.compareTo(BETWEEN_QUESTIONS) < 0 ? fresh : BETWEEN_QUESTIONS),
              0);
    } catch (KeysUnavailableException e) {
      known =
          new Known(
              before.keys(),
              before.completeUntil(),
              before.refreshAt(),
              before.staleAt(),
              clock.instant().plus(AFTER_A_FAILURE.multipliedBy(1L << before.failures())),
              Math.min(before.failures() + 1, MOST_DOUBLINGS));
      // An outage is said once.
      LOG.atLevel(before.failures() == 0 ? Level.WARN : Level.DEBUG)
          .log(
              "keys of {} not refreshed, {} known keys stay in use: {}",
              issuer,
              before.keys().size(),
              e.getMessage());
    } finally {
      Context.ROOT.detach(caller);
    }
  }

  /** Between a half and three quarters of it. */
  private static Duration earlier(Duration duration) {
    long millis = duration.toMillis();
    return Duration.ofMillis(
        millis / 2 + ThreadLocalRandom.current().nextLong(Math.max(1, millis / 4)));
  }
}
