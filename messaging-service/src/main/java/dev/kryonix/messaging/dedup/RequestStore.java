package dev.kryonix.messaging.dedup;

import com.google.protobuf.ByteString;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request_ids of the last minutes. Times are the database's, so that replicas agree on them.
 */
@Singleton
public final class RequestStore {
  /** How long a repetition is known, as the contract says. */
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  /**
   * How long somebody who set out to publish is taken to be at it: longer than a publish takes at
   * worst. Coming too early costs a second copy under the same message id, no more.
   */
  private static final Duration LEASE = Duration.ofSeconds(30);

  private static final int ERASED_AT_ONCE = 5000;

  /**
   * Rows are locked in the order of their ids, so that two batches cannot wait for each other. A
   * row is taken over when it has expired, or when the attempt before has ended without an outcome
   * and this is the same request.
   */
  private static final String TAKE =
      """
      INSERT INTO publish_requests AS p
        (tenant, tenant_uid, request_id, content, message_id, lease_until, expire_time)
      SELECT ?, ?, u.request_id, u.content, u.message_id,
             now() + ? * interval '1 ms', now() + ? * interval '1 ms'
        FROM unnest(?::text[], ?::bytea[], ?::text[]) AS u(request_id, content, message_id)
       ORDER BY u.request_id
      ON CONFLICT (tenant_uid, request_id) DO UPDATE SET
        content = excluded.content,
        message_id = CASE WHEN p.expire_time <= now() THEN excluded.message_id ELSE p.message_id END,
        attempts = CASE WHEN p.expire_time <= now() THEN 1 ELSE p.attempts + 1 END,
        expire_time = CASE WHEN p.expire_time <= now() THEN excluded.expire_time ELSE p.expire_time END,
        answer = NULL,
        lease_until = excluded.lease_until
      WHERE p.expire_time <= now()
         OR (p.answer IS NULL AND p.lease_until <= now() AND p.content = excluded.content)
      RETURNING request_id, message_id, attempts""";

  private static final String FIND =
      """
      SELECT p.request_id, p.answer, p.content = u.content AS same
        FROM publish_requests p
        JOIN unnest(?::text[], ?::bytea[]) AS u(request_id, content) USING (request_id)
       WHERE p.tenant_uid = ?""";

  private final Database database;

  public RequestStore(Database database) {
    this.database = database;
  }

  /** What became of the attempt to publish a request. */
  public sealed interface Ending {
    /** The request that ends. */
    Take request();

    /** It is published, and this is answered from now on. */
    record Published(Take request, ByteString answer) implements Ending {}

    /** Nothing was published, by the first attempt: as if it had never been asked for. */
    record Refused(Take request) implements Ending {}

    /** Nobody knows: the next who asks publishes under the same message id. */
    record Unknown(Take request) implements Ending {}
  }

  /** Takes requests, no two of one id, or says what is known of them. */
  public Map<String, Taken> take(Owner owner, List<Take> requests) {
    return database.inTenant(owner.id(), tx -> take(tx, owner, requests));
  }

  /** As {@link #take(Owner, List)}, in a transaction of the tenant's that does more. */
  public Map<String, Taken> take(Tx tx, Owner owner, List<Take> requests) throws SQLException {
    Map<String, Taken> taken = new HashMap<>();
    for (Map.Entry<String, Taken> mine : takeFree(tx, owner, requests)) {
      taken.put(mine.getKey(), mine.getValue());
    }
    List<Take> others =
        requests.stream().filter(each -> !taken.containsKey(each.requestId())).toList();
    if (!others.isEmpty()) {
      for (Map.Entry<String, Taken> known : find(tx, owner, others)) {
        taken.put(known.getKey(), known.getValue());
      }
      // What has gone between the two statements was refused: the next attempt takes it.
      others.forEach(each -> taken.putIfAbsent(each.requestId(), new Taken.Running()));
    }
    return taken;
  }

  private static List<Map.Entry<String, Taken>> takeFree(Tx tx, Owner owner, List<Take> requests)
      throws SQLException {
    return tx.query(
        TAKE,
        row ->
            Map.entry(
                row.getString("request_id"),
                (Taken) new Taken.Mine(row.getString("message_id"), row.getInt("attempts") > 1)),
        owner.id().value(),
        owner.uid().value(),
        LEASE.toMillis(),
        REMEMBERED.toMillis(),
        ids(requests),
        contents(tx, requests),
        requests.stream().map(Take::messageId).toArray(String[]::new));
  }

  private static List<Map.Entry<String, Taken>> find(Tx tx, Owner owner, List<Take> requests)
      throws SQLException {
    return tx.query(
        FIND,
        row -> Map.entry(row.getString("request_id"), known(row)),
        ids(requests),
        contents(tx, requests),
        owner.uid().value());
  }

  private static Taken known(ResultSet row) throws SQLException {
    if (!row.getBoolean("same")) {
      return new Taken.Reused();
    }
    byte[] answer = row.getBytes("answer");
    return answer == null ? new Taken.Running() : new Taken.Answered(ByteString.copyFrom(answer));
  }

  /**
   * Writes down how attempts ended; of a request that somebody else has taken over meanwhile, too,
   * since the message is the same.
   */
  public void end(Owner owner, Collection<Ending> endings) {
    database.runInTenant(
        owner.id(),
        tx -> {
          for (Ending ending : endings.stream().sorted(RequestStore::byId).toList()) {
            end(tx, owner, ending);
          }
        });
  }

  private static int byId(Ending one, Ending other) {
    return one.request().requestId().compareTo(other.request().requestId());
  }

  /** As {@link #end(Owner, Collection)}, of one, in a transaction that does more. */
  public void end(Tx tx, Owner owner, Ending ending) throws SQLException {
    Take request = ending.request();
    List<@Nullable Object> parameters = new ArrayList<>();
    String change =
        switch (ending) {
          case Ending.Published published -> {
            parameters.add(published.answer().toByteArray());
            yield "UPDATE publish_requests SET answer = ?";
          }
          case Ending.Refused refused -> "DELETE FROM publish_requests";
          case Ending.Unknown unknown -> "UPDATE publish_requests SET lease_until = now()";
        };
    parameters.addAll(List.of(owner.uid().value(), request.requestId(), request.messageId()));
    tx.update(
        change
            + " WHERE tenant_uid = ? AND request_id = ? AND message_id = ? AND answer IS NULL"
            // Whoever has taken it over meanwhile may publish.
            + (ending instanceof Ending.Refused ? " AND attempts = 1" : ""),
        parameters.toArray());
  }

  /** Takes out what has expired, of all tenants; returns how many that were. */
  public int eraseExpired() {
    return database.inPlatform(
        tx ->
            tx.update(
                """
                DELETE FROM publish_requests WHERE ctid IN (
                  SELECT ctid FROM publish_requests WHERE expire_time < now()
                   LIMIT ? FOR UPDATE SKIP LOCKED)""",
                ERASED_AT_ONCE));
  }

  private static String[] ids(List<Take> requests) {
    return requests.stream().map(Take::requestId).toArray(String[]::new);
  }

  private static Array contents(Tx tx, List<Take> requests) throws SQLException {
    return tx.connection()
        .createArrayOf(
            "bytea",
            requests.stream().map(each -> each.content().toByteArray()).toArray(byte[][]::new));
  }
}
