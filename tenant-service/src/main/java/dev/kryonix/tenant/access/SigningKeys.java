package dev.kryonix.tenant.access;

import com.nimbusds.jose.jwk.ECKey;
import dev.kryonix.kit.identity.KeySource;
import dev.kryonix.kit.identity.VerificationKey;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys that tokens are signed with. There is always one more than the one that signs: the next
 * one, which is published ahead and so is known to every verifier when a rotation lets it sign. A
 * key that has been rotated out verifies until the last token under it has expired.
 */
@Singleton
@Named("platform")
final class SigningKeys implements KeySource {
  /** How long another replica may go on without knowing of a rotation. */
  private static final Duration FRESH = Duration.ofSeconds(30);

  /**
   * How long a key is published before it signs: longer than a replica's keys are fresh and a
   * verifier takes its last answer for complete, or waits between two questions, together.
   */
  static final Duration AHEAD = Duration.ofMinutes(1);

  /** Longer than the longest token and the time that a replica may sign with the old key. */
  private static final Duration OVERLAP = Duration.ofMinutes(17);

  private static final Duration BETWEEN_MISSES = Duration.ofSeconds(1);

  /** The one that signs, or will before any other, comes last. */
  private static final Comparator<SigningKey> BY_BEGIN =
      Comparator.comparing(key -> key.signs().orElse(Instant.MIN));

  private final Database database;
  private final SigningKeyStore store;
  private final InstantSource clock;
  private final ReentrantLock loading = new ReentrantLock();
  private volatile Loaded loaded = new Loaded(List.of(), Instant.MIN);

  SigningKeys(Database database, SigningKeyStore store, InstantSource clock) {
    this.database = database;
    this.store = store;
    this.clock = clock;
  }

  private record Loaded(List<SigningKey> keys, Instant at) {}

  /**
   * A rotation.
   *
   * @param signing the key that signs from its time on
   * @param retiring the keys before it that still verify
   */
  record Rotation(SigningKey signing, List<SigningKey> retiring) {}

  /** The keys that verify, the one that signs first, the next one included. */
  List<SigningKey> all() {
    Loaded known = loaded;
    if (known.keys().isEmpty() || clock.instant().isAfter(known.at().plus(FRESH))) {
      known = loadAfter(known);
    }
    // After loading, which may have made a key that signs from that moment on.
    Instant now = clock.instant();
    SigningKey signing = signing(known.keys(), now);
    List<SigningKey> all = new ArrayList<>();
    all.add(signing);
    known.keys().stream()
        .filter(key -> key != signing && !key.hasRetired(now))
        .sorted(BY_BEGIN.reversed())
        .forEach(all::add);
    return all;
  }

  /** The key that signs. */
  ECKey signing() {
    return all().getFirst().pair();
  }

  @Override
  public Optional<VerificationKey> find(String keyId) {
    Optional<VerificationKey> key = find(all(), keyId);
    Loaded known = loaded;
    boolean mayBeNew = key.isEmpty() && clock.instant().isAfter(known.at().plus(BETWEEN_MISSES));
    return mayBeNew ? find(loadAfter(known).keys(), keyId) : key;
  }

  /**
   * Lets the next key sign, at once or as soon as it has been published for long enough, and
   * publishes one more. While a rotation is on its way another changes nothing.
   */
  Rotation rotate() {
    database.runInPlatform(
        tx -> {
          store.lock(tx);
          Instant now = now();
          List<SigningKey> keys = complete(tx, now);
          if (keys.stream().anyMatch(key -> !key.isNext() && !key.hasBegun(now))) {
            return;
          }
          SigningKey next = keys.stream().filter(SigningKey::isNext).findFirst().orElseThrow();
          Instant published = next.created().plus(AHEAD);
          Instant signs = published.isAfter(now) ? published : now;
          store.begin(tx, next.id(), signs);
          store.retireOthers(tx, next.id(), signs.plus(OVERLAP));
          store.insert(tx, now, Optional.empty());
        });
    List<SigningKey> keys = load().keys();
    return new Rotation(
        keys.stream().max(BY_BEGIN).orElseThrow(),
        keys.stream()
            .filter(key -> key.retires().isPresent())
            .sorted(BY_BEGIN.reversed())
            .toList());
  }

  private static SigningKey signing(List<SigningKey> keys, Instant now) {
    return keys.stream()
        .filter(key -> key.hasBegun(now))
        .max(BY_BEGIN)
        .orElseThrow(() -> new IllegalStateException("no key signs"));
  }

  private static Optional<VerificationKey> find(List<SigningKey> keys, String keyId) {
    return keys.stream()
        .filter(key -> key.id().equals(keyId))
        .findFirst()
        .map(SigningKey::verifies);
  }

  /** What was loaded since, or is now: of many who want it at once, one loads. */
  private Loaded loadAfter(Loaded known) {
    loading.lock();
    try {
      return loaded == known ? load() : loaded;
    } finally {
      loading.unlock();
    }
  }

  private Loaded load() {
    loading.lock();
    try {
      List<SigningKey> keys =
          database.inPlatform(
              tx -> {
                Instant now = now();
                List<SigningKey> found = store.read(tx, now);
                if (isComplete(found, now)) {
                  return found;
                }
                store.lock(tx);
                return complete(tx, now);
              });
      loaded = new Loaded(keys, clock.instant());
      return loaded;
    } finally {
      loading.unlock();
    }
  }

  /** The keys, with one that signs and a next one, made where there is none. */
  private List<SigningKey> complete(Tx tx, Instant now) throws SQLException {
    List<SigningKey> keys = store.read(tx, now);
    if (keys.stream().noneMatch(key -> key.hasBegun(now))) {
      store.insert(tx, now, Optional.of(now));
    }
    if (keys.stream().noneMatch(SigningKey::isNext)) {
      store.insert(tx, now, Optional.empty());
    }
    return store.read(tx, now);
  }

  private static boolean isComplete(List<SigningKey> keys, Instant now) {
    return keys.stream().anyMatch(key -> key.hasBegun(now))
        && keys.stream().anyMatch(SigningKey::isNext);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
