package dev.kryonix.tenant.changes;

import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Passing messages between the replicas of this service, through PostgreSQL: whichever replica
 * holds a service's stream, a watcher at another one sees its steps. A message is small, comes
 * after its transaction, and may be lost.
 */
@Singleton
public final class Notices {
  static final String CHANGES = "kryonix_tenant_changes";
  static final String EVENTS = "kryonix_tenant_events";

  private final List<Consumer<byte[]>> receivers = new CopyOnWriteArrayList<>();

  /** Sends the message to every replica, this one included, when the transaction commits. */
  public void send(Tx tx, byte[] message) throws SQLException {
    tx.query(
        "SELECT pg_notify(?, ?)", row -> true, EVENTS, Base64.getEncoder().encodeToString(message));
  }

  /** The receiver gets every message from now on. It returns at once. */
  public void subscribe(Consumer<byte[]> receiver) {
    receivers.add(receiver);
  }

  void receive(String payload) {
    byte[] message = Base64.getDecoder().decode(payload);
    receivers.forEach(receiver -> receiver.accept(message));
  }
}
