package dev.kryonix.tenant.changes;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.DatabaseException;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.tenant.sql.Columns;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of committed changes from the outbox, woken by NOTIFY and, should that be lost, by the
 * clock. Works in any number of replicas: each keeps a place of its own.
 *
 * <p>The place is a transaction id below which every transaction has ended. Rows at or above it are
 * read again until it passes them, and told of once: a row is never missed because an earlier
 * transaction committed later.
 */
@Singleton
public final class ChangeFeed implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
  private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(10);

  private static final String READ =
      """
      SELECT place.xmin::text AS xmin, o.sequence, o.transaction::text AS transaction, o.tenant_uid
        FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) place
        LEFT JOIN outbox o ON o.transaction >= ?::xid8
      """;

  /** A replica that was away for longer reads everything at its start anyway. */
  private static final String SWEEP =
      "DELETE FROM outbox WHERE create_time < now() - interval '1 day'";

  private final Database database;
  private final List<ChangeListener> listeners;
  private final Notices notices;
  private final Map<Long, Long> told = new HashMap<>();
  private final Thread thread;
  private volatile boolean stopped;
  private Optional<Long> place = Optional.empty();
  private long nextSweep = System.nanoTime();

  ChangeFeed(Database database, List<ChangeListener> listeners, Notices notices) {
    this.database = database;
    this.listeners = List.copyOf(listeners);
    this.notices = notices;
    this.thread = Thread.ofVirtual().name("change-feed").unstarted(this::run);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void stop() {
    stopped = true;
    thread.interrupt();
  }

  private void run() {
    while (!stopped) {
      try (Connection connection = database.pool().getConnection()) {
        connection.setAutoCommit(true);
        follow(connection);
      } catch (SQLException | ServiceException | DatabaseException e) {
        if (!stopped) {
          LOG.debug("the change feed starts anew: {}", e.toString());
          pause();
        }
      }
    }
  }

  private void follow(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("LISTEN " + Notices.CHANGES);
      statement.execute("LISTEN " + Notices.EVENTS);
    }
    PGConnection postgres = connection.unwrap(PGConnection.class);
    while (!stopped) {
      tellChanges();
      PGNotification[] received = postgres.getNotifications((int) POLL.toMillis());
      for (PGNotification notification : received == null ? new PGNotification[0] : received) {
        if (notification.getName().equals(Notices.EVENTS)) {
          notices.receive(notification.getParameter());
        }
      }
      sweep();
    }
  }

  private void tellChanges() {
    if (place.isEmpty()) {
      // The place is taken before everything is read, so that what is committed meanwhile is told
      // of afterwards.
      place = Optional.of(read(Long.MAX_VALUE).place());
      listeners.forEach(ChangeListener::reset);
    }
    Reading reading = read(place.get());
    Set<TenantUid> changed = new HashSet<>();
    for (Row row : reading.rows()) {
      if (!told.containsKey(row.sequence())) {
        changed.add(row.uid());
      }
    }
    if (!changed.isEmpty()) {
      listeners.forEach(listener -> listener.changed(changed));
    }
    reading.rows().forEach(row -> told.put(row.sequence(), row.transaction()));
    told.values().removeIf(transaction -> transaction < reading.place());
    place = Optional.of(reading.place());
    listeners.forEach(ChangeListener::upToDate);
  }

  private Reading read(long from) {
    return database.inPlatform(
        tx -> {
          Set<Row> rows = new HashSet<>();
          long[] xmin = new long[1];
          tx.query(
              READ,
              row -> {
                xmin[0] = Long.parseLong(row.getString("xmin"));
                if (row.getString("transaction") != null) {
                  rows.add(
                      new Row(
                          row.getLong("sequence"),
                          Long.parseLong(row.getString("transaction")),
                          Columns.uid(row, "tenant_uid")));
                }
                return true;
              },
              Long.toString(from));
          return new Reading(xmin[0], rows);
        });
  }

  private void sweep() {
    if (System.nanoTime() - nextSweep >= 0) {
      nextSweep = System.nanoTime() + BETWEEN_SWEEPS.toNanos();
      database.inPlatform(tx -> tx.update(SWEEP));
    }
  }

  private void pause() {
    try {
      Thread.sleep(AFTER_FAILURE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    }
  }

  private record Row(long sequence, long transaction, TenantUid uid) {}

  private record Reading(long place, Set<Row> rows) {}
}
