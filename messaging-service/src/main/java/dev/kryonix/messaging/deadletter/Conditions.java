package dev.kryonix.messaging.deadletter;

import dev.kryonix.messaging.records.Owner;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conditions of a statement about a tenant's dead letters, and its parameters. */
final class Conditions {
  private final StringBuilder sql = new StringBuilder("tenant_uid = ? AND expire_time > now()");
  private final List<@Nullable Object> parameters = new ArrayList<>();

  Conditions(Owner owner, Filter filter) {
    parameters.add(owner.uid().value());
    filter.module().ifPresent(module -> and("module = ?", module));
    filter.operation().ifPresent(operation -> and("operation = ?", operation));
    filter.fingerprint().ifPresent(fingerprint -> and("fingerprint = ?", fingerprint));
    filter.from().ifPresent(from -> and("dead_time >= ?", from));
    filter.until().ifPresent(until -> and("dead_time < ?", until));
    if (!filter.ids().isEmpty()) {
      and("dead_letter_id = ANY (?)", (Object) filter.ids().toArray(String[]::new));
    }
  }

  void and(String condition, @Nullable Object... values) {
    sql.append(" AND ").append(condition);
    parameters.addAll(List.of(values));
  }

  String sql() {
    return sql.toString();
  }

  @Nullable Object[] parameters() {
    return parameters.toArray();
  }
}
