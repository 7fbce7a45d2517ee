package dev.kryonix.kit.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.server.Readiness;
import io.grpc.Context;
import io.grpc.Deadline;
import io.micronaut.context.annotation.Requires;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The service's schema in PostgreSQL: transactions of the application role, bound to one tenant or
 * to the platform.
 *
 * <p>While PostgreSQL is away, or the migrations have not run, every transaction is refused with
 * STORE_UNAVAILABLE and the readiness component {@code postgres} is down; both mend by themselves.
 */
@Singleton
@Requires(beans = PostgresConfig.class)
public final class Database {
  private static final String COMPONENT = "postgres";
  private static final int ATTEMPTS = 3;

  /**
   * Setting and its value are parameters: SET LOCAL itself takes none. The last true means local.
   */
  private static final String BEGIN =
      "SELECT set_config(?, ?, true), set_config('statement_timeout', ?, true)";

  private static final String TENANT_SETTING = "kryonix.tenant";
  private static final String PLATFORM_SETTING = "kryonix.platform";

  private final PostgresConfig config;
  private final HikariDataSource pool;
  private final Keeper keeper;

  public Database(PostgresConfig config, Readiness readiness) {
    this.config = config;
    this.pool = new HikariDataSource(pool(config));
    this.keeper =
        new Keeper(
            config,
            pool,
            config.required() ? readiness.component(COMPONENT) : readiness.optional(COMPONENT));
  }

  /** Migrates, then watches over the connection, in the background. */
  @PostConstruct
  public void start() {
    keeper.start();
  }

  /**
   * Runs the work in a transaction that sees the tenant's rows only: {@code kryonix.tenant} is set
   * to the id for its length, and row level security does the rest. Commits when the work returns,
   * rolls back when it throws.
   */
  public <T extends @Nullable Object> T inTenant(TenantId tenant, Tx.Work<T> work) {
    return run(TENANT_SETTING, tenant.value(), work);
  }

  /** As {@link #inTenant}, for work that returns nothing. */
  public void runInTenant(TenantId tenant, Tx.Step step) {
    inTenant(
        tenant,
        tx -> {
          step.run(tx);
          return true;
        });
  }

  /**
   * Runs the work in a transaction of no tenant: it sees tables without row level security, and
   * rows of tables whose policy lets {@code kryonix.platform} = 'on' through.
   */
  public <T extends @Nullable Object> T inPlatform(Tx.Work<T> work) {
    return run(PLATFORM_SETTING, "on", work);
  }

  /** As {@link #inPlatform}, for work that returns nothing. */
  public void runInPlatform(Tx.Step step) {
    inPlatform(
        tx -> {
          step.run(tx);
          return true;
        });
  }

  /**
   * The pool itself, for what needs a connection outside of a transaction, such as LISTEN. Nothing
   * is set on its connections, so tables under row level security show no rows.
   */
  public DataSource pool() {
    return pool;
  }

  @PreDestroy
  public void close() {
    keeper.close();
    pool.close();
  }

  private <T extends @Nullable Object> T run(String setting, String value, Tx.Work<T> work) {
    keeper.requireMigrated();
    for (int attempt = 1; ; attempt++) {
      try {
        return attempt(setting, value, work);
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !SqlFailure.of(e).isLostRace()) {
          throw SqlFailure.of(e).toException(e);
        }
      }
    }
  }

  private <T extends @Nullable Object> T attempt(String setting, String value, Tx.Work<T> work)
      throws SQLException {
    EventLoops.requireNone();
    try (Connection connection = pool.getConnection()) {
      try {
        begin(connection, setting, value);
        T result = work.run(new Tx(connection));
        commit(connection);
        return result;
      } catch (SQLException | RuntimeException | Error e) {
        rollback(connection, e);
        throw e;
      }
    }
  }

  private void begin(Connection connection, String setting, String value) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
      statement.setString(1, setting);
      statement.setString(2, value);
      statement.setString(3, Long.toString(statementMillis()));
      statement.execute();
    }
  }

  private long statementMillis() {
    Deadline deadline = Context.current().getDeadline();
    long left = deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.MILLISECONDS);
    // Zero would mean no limit.
    return Math.clamp(left, 1, config.statementMillis());
  }

  private static void commit(Connection connection) throws SQLException {
    try {
      connection.commit();
    } catch (SQLException e) {
      if (SqlFailure.of(e).isConnectionLost()) {
        throw PostgresErrors.outcomeUnknown(e);
      }
      throw e;
    }
  }

  private static void rollback(Connection connection, Throwable why) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }

  private static HikariConfig pool(PostgresConfig config) {
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("postgres");
    pool.setJdbcUrl(config.url());
    pool.setUsername(config.user());
    pool.setPassword(config.password());
    pool.setMaximumPoolSize(config.poolSize());
    pool.setMinimumIdle(1);
    pool.setConnectionTimeout(config.waitMillis());
    pool.setAutoCommit(false);
    // The pool is made whether or not PostgreSQL is there.
    pool.setInitializationFailTimeout(-1);
    pool.addDataSourceProperty("ApplicationName", "kryonix");
    pool.addDataSourceProperty("tcpKeepAlive", "true");
    pool.addDataSourceProperty("connectTimeout", "5");
    // A server that vanished without a word is given up a little after the longest statement.
    pool.addDataSourceProperty(
        "socketTimeout", Integer.toString(config.statementMillis() / 1000 + 10));
    pool.addDataSourceProperty("reWriteBatchedInserts", "true");
    return pool;
  }
}
