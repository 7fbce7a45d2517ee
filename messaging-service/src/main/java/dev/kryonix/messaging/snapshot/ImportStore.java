package dev.kryonix.messaging.snapshot;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.messaging.history.HistoryRecords;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.payload.PropertiesForm;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Imports and the messages that they bring, in the database. */
@Singleton
final class ImportStore {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final Duration LEFT_STAY = Duration.ofDays(1);

  private static final String STAGE =
      """
      INSERT INTO restored (tenant, tenant_uid, import, collection, key, queue, message_id, properties, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";

  /** What has moved on from where the backup saw it first is in the backup twice. */
  private static final List<String> MOVED_ON =
      List.of(
          """
          DELETE FROM scheduled_staged s USING restored r
           WHERE s.tenant_uid = ? AND s.import = ? AND r.tenant_uid = s.tenant_uid AND r.import = s.import
             AND r.collection = 'queued' AND r.message_id = s.message_id""",
          """
          DELETE FROM dead_letters_staged d USING restored r
           WHERE d.tenant_uid = ? AND d.import = ? AND r.tenant_uid = d.tenant_uid AND r.import = d.import
             AND r.collection = 'queued'
             AND r.message_id = regexp_replace(d.dead_letter_id, '-[0-9a-z]+$', '')""");

  private static final String CLAIM =
      """
      UPDATE imports i SET lease = ?, lease_until = now() + ? * interval '1 ms'
        FROM (SELECT tenant_uid, import_id FROM imports
               WHERE end_time IS NULL AND (lease_until IS NULL OR lease_until < now())
               ORDER BY commit_time LIMIT 1 FOR UPDATE SKIP LOCKED) AS next
       WHERE i.tenant_uid = next.tenant_uid AND i.import_id = next.import_id
      RETURNING i.tenant, i.tenant_uid, i.id""";

  private final Database database;

  ImportStore(Database database) {
    this.database = database;
  }

  /** A message that is to go back; the queue is empty for one of the history. */
  record Row(String collection, byte[] key, String queue, Packed packed) {}

  /** An import whose messages this process puts back, for as long as it has the lease. */
  record Claim(Owner owner, UUID id, UUID lease) {}

  void stage(Owner owner, UUID id, List<Row> rows) {
    List<List<Object>> parameters =
        rows.stream()
            .map(
                row ->
                    List.<Object>of(
                        owner.id().value(),
                        owner.uid().value(),
                        id,
                        row.collection(),
                        row.key(),
                        row.queue(),
                        id(row.packed().properties()),
                        PropertiesForm.write(row.packed().properties()),
                        row.packed().body()))
            .toList();
    database.runInTenant(owner.id(), tx -> tx.batch(STAGE, parameters));
  }

  private static String id(BasicProperties properties) {
    return properties.getMessageId() == null ? "" : properties.getMessageId();
  }

  /** What belongs to the switch besides. */
  @FunctionalInterface
  interface Also {
    void in(Tx tx) throws SQLException;
  }

  /**
   * Makes the switch, in one transaction, and has the lease of what is to be put back; empty when
   * another import of that id has made it.
   */
  Optional<Claim> commit(Owner owner, String importId, UUID id, ImportReceipt receipt, Also also) {
    Claim claim = new Claim(owner, id, UUID.randomUUID());
    return database.inTenant(
        owner.id(),
        tx -> {
          int made =
              tx.update(
                  """
                  INSERT INTO imports (tenant, tenant_uid, import_id, id, counts, expired, history, lease, lease_until)
                  VALUES (?, ?, ?, ?, ?, ?, ?, ?, now() + ? * interval '1 ms') ON CONFLICT DO NOTHING""",
                  owner.id().value(),
                  owner.uid().value(),
                  importId,
                  id,
                  inTurn(receipt.counts()),
                  receipt.expired(),
                  receipt.counts().containsKey(HistoryRecords.COLLECTION),
                  claim.lease(),
                  LEASE.toMillis());
          if (made == 0) {
            return Optional.<Claim>empty();
          }
          for (String statement : MOVED_ON) {
            tx.update(statement, owner.uid().value(), id);
          }
          also.in(tx);
          return Optional.of(claim);
        });
  }

  /** What an import came to that has been switched. */
  Optional<ImportReceipt> receipt(TenantUid uid, String importId) {
    return database.inPlatform(
        tx ->
            tx.first(
                "SELECT counts, expired FROM imports WHERE tenant_uid = ? AND import_id = ?",
                row -> new ImportReceipt(counts(row), row.getLong("expired")),
                uid.value(),
                importId));
  }

  /** Forgets what is staged, unless it has been switched after all. */
  void drop(Owner owner, UUID id) {
    database.runInTenant(
        owner.id(),
        tx ->
            tx.update(
                """
                DELETE FROM restored r WHERE tenant_uid = ? AND import = ?
                   AND NOT EXISTS (SELECT FROM imports i WHERE i.tenant_uid = r.tenant_uid AND i.id = r.import)""",
                owner.uid().value(),
                id));
  }

  /** Takes one whose messages are not all back and nobody is at. */
  Optional<Claim> claim() {
    UUID lease = UUID.randomUUID();
    return database.inPlatform(
        tx ->
            tx.first(
                CLAIM,
                row ->
                    new Claim(
                        new Owner(
                            TenantId.parse(row.getString("tenant")).orElseThrow(),
                            new TenantUid(row.getObject("tenant_uid", UUID.class))),
                        row.getObject("id", UUID.class),
                        lease),
                lease,
                LEASE.toMillis()));
  }

  /** The next messages, in the order of their keys. */
  List<Row> next(Claim claim, String collection, int most) {
    return database.inTenant(
        claim.owner().id(),
        tx ->
            tx.query(
                """
                SELECT * FROM restored WHERE tenant_uid = ? AND import = ? AND collection = ?
                 ORDER BY key LIMIT ?""",
                row ->
                    new Row(
                        row.getString("collection"),
                        row.getBytes("key"),
                        row.getString("queue"),
                        new Packed(
                            PropertiesForm.read(row.getBytes("properties")), row.getBytes("body"))),
                claim.owner().uid().value(),
                claim.id(),
                collection,
                most));
  }

  /** The queues that messages go back to. */
  List<String> queues(Claim claim) {
    return database.inTenant(
        claim.owner().id(),
        tx ->
            tx.query(
                """
                SELECT DISTINCT queue FROM restored
                 WHERE tenant_uid = ? AND import = ? AND collection = 'queued' ORDER BY queue""",
                row -> row.getString("queue"),
                claim.owner().uid().value(),
                claim.id()));
  }

  /** These messages are where they belong; the lease begins anew. False when it has been lost. */
  boolean isBack(Claim claim, List<Row> rows) {
    return database.inTenant(
        claim.owner().id(),
        tx -> {
          List<List<Object>> keys =
              rows.stream()
                  .map(
                      row ->
                          List.<Object>of(
                              claim.owner().uid().value(), claim.id(), row.collection(), row.key()))
                  .toList();
          tx.batch(
              "DELETE FROM restored WHERE tenant_uid = ? AND import = ? AND collection = ? AND key = ?",
              keys);
          return extend(tx, claim);
        });
  }

  /** Of a collection, messages of these ids are there already. False when the lease is lost. */
  boolean areThere(Claim claim, String collection, List<String> ids) {
    return database.inTenant(
        claim.owner().id(),
        tx -> {
          tx.update(
              """
              DELETE FROM restored
               WHERE tenant_uid = ? AND import = ? AND collection = ? AND message_id = ANY (?)""",
              claim.owner().uid().value(),
              claim.id(),
              collection,
              ids.toArray(String[]::new));
          return extend(tx, claim);
        });
  }

  /** All is back. */
  void end(Claim claim) {
    database.runInTenant(
        claim.owner().id(),
        tx ->
            tx.update(
                "UPDATE imports SET end_time = now() WHERE tenant_uid = ? AND id = ? AND lease = ?",
                claim.owner().uid().value(),
                claim.id(),
                claim.lease()));
  }

  /** Somebody goes on with it after a while. */
  void release(Claim claim, Duration pause) {
    database.runInTenant(
        claim.owner().id(),
        tx ->
            tx.update(
                """
                UPDATE imports SET lease = NULL, lease_until = now() + ? * interval '1 ms'
                 WHERE tenant_uid = ? AND id = ? AND lease = ?""",
                pause.toMillis(),
                claim.owner().uid().value(),
                claim.id(),
                claim.lease()));
  }

  /** Takes out what imports have left behind that never came to their switch, of all tenants. */
  void eraseLeft() {
    database.runInPlatform(
        tx -> {
          tx.update(
              """
              DELETE FROM restored r WHERE stage_time < now() - ? * interval '1 ms'
                 AND NOT EXISTS (SELECT FROM imports i WHERE i.tenant_uid = r.tenant_uid AND i.id = r.import)""",
              LEFT_STAY.toMillis());
          tx.update(
              "DELETE FROM dead_letters_staged WHERE stage_time < now() - ? * interval '1 ms'",
              LEFT_STAY.toMillis());
        });
  }

  private static boolean extend(Tx tx, Claim claim) throws SQLException {
    return tx.update(
            """
            UPDATE imports SET lease_until = now() + ? * interval '1 ms'
             WHERE tenant_uid = ? AND id = ? AND lease = ?""",
            LEASE.toMillis(),
            claim.owner().uid().value(),
            claim.id(),
            claim.lease())
        > 0;
  }

  private static String[] inTurn(Map<String, Long> counts) {
    return new TreeMap<>(counts)
        .entrySet().stream()
            .flatMap(
                entry -> java.util.stream.Stream.of(entry.getKey(), entry.getValue().toString()))
            .toArray(String[]::new);
  }

  private static Map<String, Long> counts(ResultSet row) throws SQLException {
    String[] texts = (String[]) row.getArray("counts").getArray();
    Map<String, Long> counts = new HashMap<>();
    for (int i = 0; i + 1 < texts.length; i += 2) {
      counts.put(texts[i], Long.parseLong(texts[i + 1]));
    }
    return counts;
  }
}
