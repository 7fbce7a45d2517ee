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
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.identity.VerificationKey;
import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The signing keys in PostgreSQL, their private parts sealed under the platform key. */
@Singleton
final class SigningKeyStore {
  private static final String PURPOSE = "signing-key";

  /** Keys belong to the platform, which is no tenant; the seal wants a uid. */
  private static final TenantUid PLATFORM = new TenantUid(new UUID(0, 0));

  private final SecretBox box;

  SigningKeyStore(SecretBox box) {
    this.box = box;
  }

  /** One replica at a time makes or moves keys; the lock ends with the transaction. */
  void lock(Tx tx) throws SQLException {
    tx.query("SELECT pg_advisory_xact_lock(hashtextextended('signing-keys', 0))", row -> true);
  }

  /** The keys that are published, in no order. */
  List<SigningKey> read(Tx tx, Instant now) throws SQLException {
    return tx.query(
        "SELECT id, sealed, create_time, sign_time, retire_time FROM signing_keys"
            + " WHERE retire_time IS NULL OR retire_time > ?",
        row -> {
          ECKey pair = open(row.getString("id"), row.getBytes("sealed"));
          return new SigningKey(
              pair,
              VerificationKey.of(pair).orElseThrow(),
              Tx.instant(row, "create_time"),
              Tx.optionalInstant(row, "sign_time"),
              Tx.optionalInstant(row, "retire_time"));
        },
        now);
  }

  /** Makes a key. */
  void insert(Tx tx, Instant now, Optional<Instant> signs) throws SQLException {
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
    if (signs.isPresent()) {
      begin(tx, pair.getKeyID(), signs.get());
    }
  }

  /** Lets a key sign from then on. */
  void begin(Tx tx, String id, Instant signs) throws SQLException {
    tx.update("UPDATE signing_keys SET sign_time = ? WHERE id = ?", signs, id);
  }

  /** Lets every key that signs, but this one, leave the set then. */
  void retireOthers(Tx tx, String id, Instant retires) throws SQLException {
    tx.update(
        "UPDATE signing_keys SET retire_time = ?"
            + " WHERE sign_time IS NOT NULL AND retire_time IS NULL AND id <> ?",
        retires,
        id);
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
