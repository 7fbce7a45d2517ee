package dev.kryonix.kit.postgres;

import dev.kryonix.kit.server.Readiness;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migrates the schema as soon as PostgreSQL lets it, then asks every few seconds whether it is
 * still there.
 */
final class Keeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
  private static final Duration PROBE_EVERY = Duration.ofSeconds(2);
  private static final Duration RETRY_FIRST = Duration.ofMillis(200);
  private static final Duration RETRY_MOST = Duration.ofSeconds(5);
  private static final int PROBE_SECONDS = 3;

  private final PostgresConfig config;
  private final DataSource pool;
  private final Readiness.Component readiness;
  private final Thread thread;
  private volatile boolean migrated;

  Keeper(PostgresConfig config, DataSource pool, Readiness.Component readiness) {
    this.config = config;
    this.pool = pool;
    this.readiness = readiness;
    this.thread = Thread.ofVirtual().name("postgres-keeper").unstarted(this::keep);
  }

  void start() {
    thread.start();
  }

  void requireMigrated() {
    if (!migrated) {
      throw PostgresErrors.unavailable(new IllegalStateException("the schema is not migrated yet"));
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void keep() {
    try {
      migrateUntilDone();
      while (true) {
        probe();
        Thread.sleep(PROBE_EVERY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void migrateUntilDone() throws InterruptedException {
    String lastReason = "";
    for (Duration pause = RETRY_FIRST; ; pause = longer(pause)) {
      try {
        migrate();
        migrated = true;
        return;
      } catch (FlywayException e) {
        String reason =
            isConnectionLost(e) ? "PostgreSQL cannot be reached" : "the migration failed";
        if (!reason.equals(lastReason)) {
          LOG.warn("{}; trying again until it works", reason, e);
          lastReason = reason;
        }
        readiness.down(reason);
        Thread.sleep(pause);
      }
    }
  }

  private void migrate() {
    Flyway.configure()
        .dataSource(config.url(), config.ownerUser(), config.ownerPassword())
        .locations(config.migrations())
        // The schema is made with the roles; the owner may not make any.
        .createSchemas(false)
        .validateMigrationNaming(true)
        .cleanDisabled(true)
        .load()
        .migrate();
  }

  private void probe() {
    try (Connection connection = pool.getConnection()) {
      if (connection.isValid(PROBE_SECONDS)) {
        readiness.up();
        return;
      }
    } catch (SQLException e) {
      LOG.debug("PostgreSQL does not answer", e);
    }
    readiness.down("PostgreSQL cannot be reached");
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(RETRY_MOST) < 0 ? doubled : RETRY_MOST;
  }

  private static boolean isConnectionLost(Throwable thrown) {
    for (@Nullable Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof SQLException e) {
        return SqlFailure.of(e).isConnectionLost();
      }
    }
    return false;
  }
}
