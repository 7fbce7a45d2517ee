package dev.kryonix.tenant.tenants;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.sql.Columns;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A tenant's keys and credentials: made here, stored and handed on sealed only. */
@Singleton
public final class TenantSecrets {
  static final String TENANT_KEY = "tenant-key";
  static final String BROKER_PASSWORD = "broker-password";

  private static final int KEY_BYTES = 32;

  /** 32 characters, 192 bits. */
  private static final int PASSWORD_BYTES = 24;

  private static final int ID_BYTES = 4;
  private static final int KEPT_PASSWORDS = 2;
  private static final String PENDING =
      "SELECT count(*) FROM secrets WHERE tenant_uid = ? AND pending";

  private final SecretBox box;
  private final SecureRandom random = new SecureRandom();

  TenantSecrets(SecretBox box) {
    this.box = box;
  }

  /** Makes a new tenant's secrets. */
  void create(Tx tx, Tenant tenant, Instant now) throws SQLException {
    add(tx, tenant, TENANT_KEY, bytes(KEY_BYTES), false, now);
    add(tx, tenant, BROKER_PASSWORD, password(), false, now);
  }

  /**
   * Makes a new broker password. The one before it stays, for a service that has not heard yet;
   * those before go.
   */
  void rotateBrokerPassword(Tx tx, Tenant tenant, Instant now) throws SQLException {
    add(tx, tenant, BROKER_PASSWORD, password(), false, now);
    tx.update(
        "DELETE FROM secrets WHERE tenant_uid = ? AND purpose = ? AND id NOT IN (SELECT id FROM"
            + " secrets WHERE tenant_uid = ? AND purpose = ? ORDER BY create_time DESC, id LIMIT ?)",
        tenant.uid().value(),
        BROKER_PASSWORD,
        tenant.uid().value(),
        BROKER_PASSWORD,
        KEPT_PASSWORDS);
  }

  /**
   * Makes a new tenant key, which services hear of and do not use yet. Makes none while there is
   * such a one.
   */
  void announceTenantKey(Tx tx, Tenant tenant, Instant now) throws SQLException {
    if (tx.count(PENDING, tenant.uid().value()) == 0) {
      add(tx, tenant, TENANT_KEY, bytes(KEY_BYTES), true, now);
    }
  }

  /** Whose new tenant key has been announced by then, and is not in use yet. */
  List<TenantUid> announcedBefore(Tx tx, Instant then, int most) throws SQLException {
    return tx.query(
        "SELECT tenant_uid FROM secrets WHERE pending AND create_time <= ?"
            + " ORDER BY create_time LIMIT ?",
        row -> Columns.uid(row, "tenant_uid"),
        then,
        most);
  }

  /** Takes the announced tenant key into use; false when there is none. */
  boolean useAnnounced(Tx tx, TenantUid uid, Instant now) throws SQLException {
    return tx.update(
            "UPDATE secrets SET pending = false, create_time = ? WHERE tenant_uid = ? AND pending",
            now,
            uid.value())
        > 0;
  }

  /**
   * The tenants' secrets, sealed. Of each purpose the newest comes first, but for one that is only
   * announced: it comes last.
   */
  public Map<TenantUid, List<SealedSecret>> of(Tx tx, Collection<TenantUid> uids)
      throws SQLException {
    Map<TenantUid, List<SealedSecret>> secrets = new HashMap<>();
    tx.query(
        "SELECT tenant_uid, purpose, id, sealed FROM secrets WHERE tenant_uid = ANY (?::uuid[])"
            + " ORDER BY purpose, pending, create_time DESC, id",
        row ->
            secrets
                .computeIfAbsent(Columns.uid(row, "tenant_uid"), uid -> new ArrayList<>())
                .add(
                    SealedSecret.newBuilder()
                        .setPurpose(row.getString("purpose"))
                        .setId(row.getString("id"))
                        .setSealed(ByteString.copyFrom(row.getBytes("sealed")))
                        .build()),
        (Object) Columns.uids(uids));
    return secrets;
  }

  /** The ids of all the tenant's secrets, such as {@code tenant-key/1f3a09bc}. */
  public List<String> ids(Tx tx, TenantUid uid) throws SQLException {
    return tx.query(
        "SELECT purpose || '/' || id FROM secrets WHERE tenant_uid = ? ORDER BY purpose, id",
        row -> row.getString(1),
        uid.value());
  }

  private void add(Tx tx, Tenant tenant, String purpose, byte[] plain, boolean pending, Instant now)
      throws SQLException {
    String id = HexFormat.of().formatHex(bytes(ID_BYTES));
    SealedSecret sealed = box.seal(tenant.uid(), purpose, id, plain);
    tx.update(
        "INSERT INTO secrets (tenant_uid, tenant, purpose, id, sealed, pending, create_time)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        tenant.uid().value(),
        tenant.id().value(),
        purpose,
        id,
        sealed.getSealed().toByteArray(),
        pending,
        now);
  }

  private byte[] password() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(bytes(PASSWORD_BYTES))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
