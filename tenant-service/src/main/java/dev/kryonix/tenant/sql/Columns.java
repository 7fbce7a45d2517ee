package dev.kryonix.tenant.sql;

import dev.kryonix.kit.identity.TenantUid;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Values of the domain as columns. A map is an array of {@code key=value}, sorted by key; no key
 * has an equals sign.
 */
public final class Columns {
  private Columns() {}

  /** The list as a text[] parameter. */
  public static String[] texts(List<String> list) {
    return list.toArray(String[]::new);
  }

  /** The text[] column as a list. */
  public static List<String> texts(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return List.of((String[]) array.getArray());
  }

  /** The map as a text[] parameter. */
  public static String[] entries(Map<String, String> map) {
    return new TreeMap<>(map)
        .entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .toArray(String[]::new);
  }

  /** The text[] column as a map. */
  public static SortedMap<String, String> entries(ResultSet row, String column)
      throws SQLException {
    SortedMap<String, String> map = new TreeMap<>();
    for (String entry : texts(row, column)) {
      int equals = entry.indexOf('=');
      map.put(entry.substring(0, equals), entry.substring(equals + 1));
    }
    return map;
  }

  /** The uids as a text[] parameter, to be cast to uuid[]. */
  public static String[] uids(Collection<TenantUid> uids) {
    return uids.stream().map(TenantUid::toString).toArray(String[]::new);
  }

  /** The uuid column as a tenant's uid. */
  public static TenantUid uid(ResultSet row, String column) throws SQLException {
    return new TenantUid(row.getObject(column, UUID.class));
  }
}
