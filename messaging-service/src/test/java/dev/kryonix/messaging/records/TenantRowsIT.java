package dev.kryonix.messaging.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.errors.ServiceException;
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
          await()
              .ignoreExceptionsInstanceOf(ServiceException.class)
              .until(() -> tables(database), found -> !found.isEmpty());
      Owner nobody = new Owner(new TenantId("nobody"), new TenantUid(UUID.randomUUID()));
      TenantRows rows = context.getBean(TenantRows.class);

      assertThat(rows.count(nobody).keySet()).containsExactlyInAnyOrderElementsOf(tables);
      rows.erase(nobody);
      assertThat(rows.count(nobody).values()).containsOnly(0L);
    }
  }

  /** The tables with rows of tenants, once they are there. */
  private static List<String> tables(Database database) {
    return database.inPlatform(
        tx ->
            tx.query(
                """
                SELECT table_name FROM information_schema.columns
                 WHERE table_schema = current_schema() AND column_name = 'tenant_uid'""",
                row -> "messaging." + row.getString(1)));
  }
}
