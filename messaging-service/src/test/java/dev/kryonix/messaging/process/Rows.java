package dev.kryonix.messaging.process;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The service's rows, as its own role sees them. */
final class Rows {
  private Rows() {}

  /** Changes rows of all tenants; returns how many. */
  static int change(String sql, Object... parameters) throws SQLException {
    try (Connection connection = connect("kryonix.platform", "on");
        PreparedStatement statement = prepare(connection, sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  /** Has every instance look at the schedule, as one does that has kept a message for soon. */
  static void tellOfSchedule() throws SQLException {
    number("SELECT count(*) FROM pg_notify('kryonix_schedule', '')");
  }

  /** The first column of the first row, a number, of all tenants. */
  static long number(String sql, Object... parameters) throws SQLException {
    return numberAs("kryonix.platform", "on", sql, parameters);
  }

  /** As {@link #number}, with another setting. */
  static long numberAs(String setting, String value, String sql, Object... parameters)
      throws SQLException {
    try (Connection connection = connect(setting, value);
        PreparedStatement statement = prepare(connection, sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  private static Connection connect(String setting, String value) throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            Messaging.variable("KRYONIX_POSTGRES_URL"),
            Messaging.variable("KRYONIX_POSTGRES_USER"),
            Messaging.variable("KRYONIX_POSTGRES_PASSWORD"));
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT set_config('" + setting + "', '" + value + "', false)");
    }
    return connection;
  }
}
