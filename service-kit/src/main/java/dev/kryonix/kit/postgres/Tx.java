package dev.kryonix.kit.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A running transaction. Parameters are bound in order to the question marks; besides what JDBC
 * takes, an {@link Instant} is bound as timestamptz, an enum as its name, a string array as text[].
 */
public final class Tx {
  private final Connection connection;

  Tx(Connection connection) {
    this.connection = connection;
  }

  /**
   * Work in a transaction. It may be run again when the transaction loses a race, so it touches
   * nothing else.
   */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    T run(Tx tx) throws SQLException;
  }

  /** Work in a transaction that returns nothing, else as {@link Work}. */
  @FunctionalInterface
  public interface Step {
    void run(Tx tx) throws SQLException;
  }

  /** Reads one row. */
  @FunctionalInterface
  public interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** All rows of a query; for one with a bound on its rows. */
  public <T> List<T> query(String sql, Row<T> reader, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      List<T> result = new ArrayList<>();
      while (rows.next()) {
        result.add(reader.read(rows));
      }
      return result;
    }
  }

  /** The first row of a query. */
  public <T> Optional<T> first(String sql, Row<T> reader, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
    }
  }

  /** The number that a query such as {@code SELECT count(*)} has for its only row. */
  public long count(String sql, @Nullable Object... parameters) throws SQLException {
    return first(sql, row -> row.getLong(1), parameters).orElse(0L);
  }

  /** Runs a statement and returns the number of rows that it changed. */
  public int update(String sql, @Nullable Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  /** Runs a statement once for each list of parameters, in one round trip. */
  public void batch(String sql, List<? extends List<?>> parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (List<?> each : parameters) {
        bind(statement, each.toArray());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** The connection, for what the methods here cannot do. Neither commit nor close it. */
  public Connection connection() {
    return connection;
  }

  private PreparedStatement prepare(String sql, @Nullable Object[] parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      bind(statement, parameters);
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  private void bind(PreparedStatement statement, @Nullable Object[] parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      switch (parameters[i]) {
        case Instant instant ->
            statement.setObject(i + 1, OffsetDateTime.ofInstant(instant, ZoneOffset.UTC));
        case Enum<?> constant -> statement.setString(i + 1, constant.name());
        case String[] texts -> statement.setArray(i + 1, connection.createArrayOf("text", texts));
        case null, default -> statement.setObject(i + 1, parameters[i]);
      }
    }
  }

  /** The column as an instant. */
  public static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** The column as an instant, unless it is null. */
  public static Optional<Instant> optionalInstant(ResultSet row, String column)
      throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
