package dev.kryonix.backup.catalogue;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How lists, maps and failures lie in columns. */
final class Columns {
  private Columns() {}

  static String[] texts(List<String> list) {
    return list.toArray(String[]::new);
  }

  static String[] texts(SortedMap<String, ?> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .toArray(String[]::new);
  }

  static List<String> list(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return List.of((String[]) array.getArray());
  }

  static <V> SortedMap<String, V> map(ResultSet row, String column, Function<String, V> value)
      throws SQLException {
    SortedMap<String, V> map = new TreeMap<>();
    for (String text : list(row, column)) {
      int equals = text.indexOf('=');
      map.put(text.substring(0, equals), value.apply(text.substring(equals + 1)));
    }
    return map;
  }

  static Optional<Failure> failure(ResultSet row) throws SQLException {
    String reason = row.getString("failure_reason");
    return reason == null
        ? Optional.empty()
        : Optional.of(
            new Failure(reason, text(row, "failure_message"), text(row, "failure_source")));
  }

  static String text(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  static <T> @Nullable T orNull(Optional<T> value) {
    return value.isPresent() ? value.get() : null;
  }
}
