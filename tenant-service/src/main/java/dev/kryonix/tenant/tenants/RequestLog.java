package dev.kryonix.tenant.tenants;

import com.google.protobuf.Message;
import dev.kryonix.kit.crypto.Fingerprint;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;

/**
 * The answers to repeatable calls, kept for a day, written in the transaction of what they answer.
 */
@Singleton
public final class RequestLog {
  /** The constraint that the loser of two equal calls at once runs into. */
  public static final String CONSTRAINT = "requests_pkey";

  private static final Duration KEPT = Duration.ofHours(24);

  private final InstantSource clock;

  RequestLog(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A call that may come again.
   *
   * @param tenant the tenant's id, or empty for a call that belongs to none
   * @param method the RPC
   * @param requestId the caller's id of the call, or empty when it is not repeatable
   * @param fingerprint what the call asks for
   */
  public record Call(String tenant, String method, String requestId, byte[] fingerprint) {
    /** The call with that request. */
    public static Call of(String tenant, String method, String requestId, Message request) {
      return new Call(tenant, method, requestId, Fingerprint.of(request));
    }
  }

  /** The answer to the same call before; refuses another request of the same id. */
  public Optional<byte[]> find(Tx tx, Call call) throws SQLException {
    if (call.requestId().isEmpty()) {
      return Optional.empty();
    }
    Optional<Kept> kept =
        tx.first(
            "SELECT fingerprint, answer FROM requests"
                + " WHERE tenant = ? AND method = ? AND request_id = ? AND create_time > ?",
            row -> new Kept(row.getBytes("fingerprint"), row.getBytes("answer")),
            call.tenant(),
            call.method(),
            call.requestId(),
            clock.instant().minus(KEPT));
    kept.ifPresent(
        known -> {
          if (!Arrays.equals(known.fingerprint(), call.fingerprint())) {
            throw CommonErrors.requestIdReused(call.requestId());
          }
        });
    return kept.map(Kept::answer);
  }

  /** Keeps the answer. */
  public void keep(Tx tx, Call call, byte[] answer) throws SQLException {
    if (call.requestId().isEmpty()) {
      return;
    }
    tx.update(
        "DELETE FROM requests WHERE tenant = ? AND create_time <= ?",
        call.tenant(),
        clock.instant().minus(KEPT));
    tx.update(
        "INSERT INTO requests (tenant, method, request_id, fingerprint, answer, create_time)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        call.tenant(),
        call.method(),
        call.requestId(),
        call.fingerprint(),
        answer,
        clock.instant());
  }

  private record Kept(byte[] fingerprint, byte[] answer) {}
}
