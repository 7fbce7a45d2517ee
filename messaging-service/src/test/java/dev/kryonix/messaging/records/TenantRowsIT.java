package dev.kryonix.messaging.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.messaging.MessagingBeans;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of a tenant is counted and erased, whatever table it is in. */
final class TenantRowsIT {
  @Test
  void everyTableWithRowsOfTenantsIsCountedAtTheirPurge(@TempDir Path keys) throws Exception {
    try (ApplicationContext context = MessagingBeans.start(keys)) {
      Database database = context.getBean(Database.class);
      List<String> tables =
          database.inPlatform(
              tx ->
                  tx.query(
                      """
                      SELECT table_name FROM information_schema.columns
                       WHERE table_schema = current_schema() AND column_name = 'tenant_uid'""",
                      row -> "messaging." + row.getString(1)));
      Owner nobody = new Owner(new TenantId("nobody"), new TenantUid(UUID.randomUUID()));
      TenantRows rows = context.getBean(TenantRows.class);

      assertThat(rows.count(nobody).keySet()).containsExactlyInAnyOrderElementsOf(tables);
      rows.erase(nobody);
      assertThat(rows.count(nobody).values()).containsOnly(0L);
    }
  }
}
