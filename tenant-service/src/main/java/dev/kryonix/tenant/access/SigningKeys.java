package dev.kryonix.tenant.access;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.KeySource;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.sql.SQLException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The keys that tokens are signed with, sealed in PostgreSQL. The first is made when one is first
 * needed. A key that has been rotated out verifies until the last token under it has expired.
 */
@Singleton
@Named("platform")
final class SigningKeys implements KeySource {
  private static final String PURPOSE = "signing-key";

  /** Keys belong to the platform, which is no tenant; the seal wants a uid. */
  private static final TenantUid PLATFORM = new TenantUid(new UUID(0, 0));

  /** How long another replica may go on without knowing of a rotation. */
  private static final Duration FRESH = Duration.ofSeconds(30);

  /** Longer than the longest token and the time that a replica may sign with the old key. */
  private static final Duration OVERLAP = Duration.ofMinutes(17);

  private static final Duration BETWEEN_MISSES = Duration.ofSeconds(1);

  private final Database database;
  private final SecretBox box;
  private final InstantSource clock;
  private final ReentrantLock loading = new ReentrantLock();
  private volatile Loaded loaded = new Loaded(List.of(), Instant.MIN);

  SigningKeys(Database database, SecretBox box, InstantSource clock) {
    this.database = database;
    this.box = box;
    this.clock = clock;
  }

  /**
   * A key pair and its time.
   *
   * @param pair the key pair
   * @param created when it was made
   * @param retires when it leaves the key set; empty for the one that signs
   */
  record Key(ECKey pair, Instant created, Optional<Instant> retires) {}

  private record Loaded(List<Key> keys, Instant at) {}

  /** The keys that verify, the one that signs first. */
  List<Key> all() {
    Loaded known = loaded;
    Instant now = clock.instant();
    if (known.keys().isEmpty() || now.isAfter(known.at().plus(FRESH))) {
      known = load();
    }
    return known.keys().stream()
        .filter(key -> key.retires().filter(end -> !now.isBefore(end)).isEmpty())
        .toList();
  }

  /** The key that signs. */
  ECKey signing() {
    return all().getFirst().pair();
  }

  @Override
  public Optional<ECPublicKey> find(String keyId) {
    Optional<ECPublicKey> key = find(all(), keyId);
    boolean mayBeNew = key.isEmpty() && clock.instant().isAfter(loaded.at().plus(BETWEEN_MISSES));
    return mayBeNew ? find(load().keys(), keyId) : key;
  }

  /** Makes a new key that signs from now on; the old ones retire. */
  List<Key> rotate() {
    database.runInPlatform(
        tx -> {
          lock(tx);
          Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
          tx.update(
              "UPDATE signing_keys SET retire_time = ? WHERE retire_time IS NULL",
              now.plus(OVERLAP));
          insert(tx, now);
        });
    return load().keys();
  }

  private static Optional<ECPublicKey> find(List<Key> keys, String keyId) {
    for (Key key : keys) {
      if (key.pair().getKeyID().equals(keyId)) {
        try {
          return Optional.of(key.pair().toECPublicKey());
        } catch (JOSEException e) {
          throw new IllegalStateException("the signing key " + keyId + " is not an EC key", e);
        }
      }
    }
    return Optional.empty();
  }

  private Loaded load() {
    loading.lock();
    try {
      List<Key> keys =
          database.inPlatform(
              tx -> {
                List<Key> found = read(tx);
                if (found.stream().anyMatch(key -> key.retires().isEmpty())) {
                  return found;
                }
                lock(tx);
                found = read(tx);
                if (found.stream().noneMatch(key -> key.retires().isEmpty())) {
                  insert(tx, clock.instant().truncatedTo(ChronoUnit.MICROS));
                }
                return read(tx);
              });
      loaded = new Loaded(keys, clock.instant());
      return loaded;
    } finally {
      loading.unlock();
    }
  }

  /** One replica at a time makes a key; the lock ends with the transaction. */
  private static void lock(Tx tx) throws SQLException {
    tx.query("SELECT pg_advisory_xact_lock(hashtextextended('signing-keys', 0))", row -> true);
  }

  private List<Key> read(Tx tx) throws SQLException {
    return tx.query(
        "SELECT id, sealed, create_time, retire_time FROM signing_keys"
            + " WHERE retire_time IS NULL OR retire_time > ?"
            + " ORDER BY retire_time IS NULL DESC, create_time DESC",
        row ->
            new Key(
                open(row.getString("id"), row.getBytes("sealed")),
                Tx.instant(row, "create_time"),
                Tx.optionalInstant(row, "retire_time")),
        clock.instant());
  }

  private void insert(Tx tx, Instant now) throws SQLException {
    ECKey pair = generate();
    SealedSecret sealed =
        box.seal(
            PLATFORM,
            PURPOSE,
            pair.getKeyID(),
            pair.toJSONString().getBytes(StandardCharsets.UTF_8));
    tx.update(
        "INSERT INTO signing_keys (id, sealed, create_time) VALUES (?, ?, ?)",
        pair.getKeyID(),
        sealed.getSealed().toByteArray(),
        now);
  }

  private ECKey open(String id, byte[] sealed) {
    SealedSecret secret =
        SealedSecret.newBuilder()
            .setPurpose(PURPOSE)
            .setId(id)
            .setSealed(ByteString.copyFrom(sealed))
            .build();
    try {
      return ECKey.parse(new String(box.open(secret, PLATFORM), StandardCharsets.UTF_8));
    } catch (ParseException e) {
      throw new IllegalStateException("the signing key " + id + " is not a JWK", e);
    }
  }

  private static ECKey generate() {
    try {
      return new ECKeyGenerator(Curve.P_256)
          .keyUse(KeyUse.SIGNATURE)
          .algorithm(JWSAlgorithm.ES256)
          .keyIDFromThumbprint(true)
          .generate();
    } catch (JOSEException e) {
      throw new IllegalStateException("P-256 is not to be had", e);
    }
  }
}
