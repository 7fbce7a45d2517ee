package dev.kryonix.messaging.schedule;

import dev.kryonix.kit.postgres.Database;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from other replicas that they have kept a message that is due soon. It has a connection of
 * its own for as long as the process lives; while that is gone, messages are found when the
 * scheduler looks by itself.
 */
@Singleton
final class ScheduleBell {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduleBell.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int LOOK_MILLIS = 10_000;

  private final Database database;
  private @Nullable Thread thread;

  ScheduleBell(Database database) {
    this.database = database;
  }

  /** Rings at every message of another replica, and whenever messages may have been missed. */
  void start(Runnable ring) {
    thread = Thread.ofVirtual().name("schedule-bell").start(() -> run(ring));
  }

  void stop() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  private void run(Runnable ring) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try (Connection connection = database.pool().getConnection()) {
          listen(connection, ring);
        } catch (SQLException e) {
          LOG.debug("other replicas are not heard for now", e);
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void listen(Connection connection, Runnable ring) throws SQLException {
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("LISTEN " + ScheduleStore.CHANNEL);
      ring.run();
      PGConnection postgres = Objects.requireNonNull(connection.unwrap(PGConnection.class));
      while (!Thread.currentThread().isInterrupted()) {
        PGNotification[] heard = postgres.getNotifications(LOOK_MILLIS);
        if (heard != null && heard.length > 0) {
          ring.run();
        }
      }
      statement.execute("UNLISTEN *");
    }
  }
}
