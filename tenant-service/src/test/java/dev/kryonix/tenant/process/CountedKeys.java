package dev.kryonix.tenant.process;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** While it is open, the table of the signing keys is read slowly, and each reading is counted. */
final class CountedKeys implements AutoCloseable {
  private final Connection owner;

  private CountedKeys(Connection owner) {
    this.owner = owner;
  }

  static CountedKeys open() throws SQLException {
    Connection owner =
        DriverManager.getConnection(
            System.getenv("KRYONIX_POSTGRES_URL"),
            System.getenv("KRYONIX_POSTGRES_OWNER_USER"),
            System.getenv("KRYONIX_POSTGRES_OWNER_PASSWORD"));
    CountedKeys counted = new CountedKeys(owner);
    counted.execute(
        """
        CREATE SEQUENCE readings;
        ALTER TABLE signing_keys RENAME TO signing_keys_themselves;
        CREATE VIEW signing_keys AS
          WITH reading AS MATERIALIZED (SELECT nextval('readings') AS number, pg_sleep(0.2))
          SELECT each.* FROM signing_keys_themselves each, reading WHERE reading.number > 0
        """);
    return counted;
  }

  long readings() throws SQLException {
    try (Statement statement = owner.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT last_value - 1 + is_called::int FROM readings")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public void close() throws SQLException {
    try (owner) {
      execute(
          """
          DROP VIEW signing_keys;
          ALTER TABLE signing_keys_themselves RENAME TO signing_keys;
          DROP SEQUENCE readings
          """);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = owner.createStatement()) {
      statement.execute(sql);
    }
  }
}
