package dev.kryonix.tenant.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.api.tenant.v1.ListAuditEventsRequest;
import dev.kryonix.api.tenant.v1.VerifyAuditRequest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the application's role in the database sees of tenants, and what it cannot alter. */
final class DatabaseIsolationIT extends OnTenantService {
  @Test
  void everyChangeIsInTheAuditAndTheChainHolds() {
    String id = newId();
    createActive(id);
    createKey(id, "", "cache.read");
    actAs(id);

    List<String> actions =
        admin()
            .audit()
            .listAuditEvents(ListAuditEventsRequest.newBuilder().setTenant(id).build())
            .getAuditEventsList()
            .stream()
            .map(event -> event.getAction())
            .toList();

    assertThat(actions)
        .containsExactly(
            "TenantService.CreateTenant",
            "TenantService.Activate",
            "AccessService.CreateApiKey",
            "AccessService.IssueToken");
    assertThat(
            admin()
                .audit()
                .verifyAudit(VerifyAuditRequest.newBuilder().setTenant(id).build())
                .getIntact())
        .isTrue();
  }

  @Test
  void rawSqlAsTheApplicationRoleSeesNoOtherTenant() throws SQLException {
    String own = newId();
    String other = newId();
    createActive(own);
    createActive(other);
    createKey(own, "r-" + own, "cache.read");
    createKey(other, "r-" + other, "cache.read");
    try (Connection connection = application()) {
      connection.setAutoCommit(false);
      for (String table :
          List.of("tenants", "secrets", "api_keys", "conditions", "requests", "audit_events")) {
        String column = table.equals("tenants") ? "id" : "tenant";
        assertThat(count(connection, "SELECT count(*) FROM " + table)).as(table).isZero();
        execute(connection, "SELECT set_config('kryonix.tenant', '" + own + "', true)");
        assertThat(
                count(
                    connection,
                    "SELECT count(*) FROM " + table + " WHERE " + column + " <> '" + own + "'"))
            .as(table)
            .isZero();
        assertThatThrownBy(
                () ->
                    execute(
                        connection,
                        "UPDATE %s SET %s = '%s' RETURNING 1".formatted(table, column, other)))
            .as(table)
            .isInstanceOf(SQLException.class);
        connection.rollback();
        assertThat(count(connection, "SELECT count(*) FROM " + table))
            .as("%s, after the transaction that had set a tenant", table)
            .isZero();
        connection.rollback();
      }
    }
  }

  @Test
  void theApplicationRoleCannotRewriteTheAudit() throws SQLException {
    String id = newId();
    createActive(id);
    try (Connection connection = application()) {
      connection.setAutoCommit(false);
      for (String sql :
          List.of(
              "UPDATE audit_events SET actor = 'nobody'",
              "DELETE FROM audit_events",
              "TRUNCATE audit_events",
              "ALTER TABLE tenants DISABLE ROW LEVEL SECURITY")) {
        assertThatThrownBy(() -> execute(connection, sql))
            .as(sql)
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        connection.rollback();
      }
    }
  }

  private static Connection application() throws SQLException {
    return DriverManager.getConnection(
        System.getenv("KRYONIX_POSTGRES_URL"),
        System.getenv("KRYONIX_POSTGRES_USER"),
        System.getenv("KRYONIX_POSTGRES_PASSWORD"));
  }

  private static long count(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }
}
