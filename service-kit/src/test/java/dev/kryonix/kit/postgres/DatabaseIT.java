package dev.kryonix.kit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.server.Readiness;
import io.grpc.Context;
import io.grpc.Status.Code;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Against the PostgreSQL that KRYONIX_POSTGRES_… name, in a schema of the kit's own; through a door
 * that can be shut.
 */
final class DatabaseIT {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId GLOBEX = new TenantId("globex");

  private final Readiness readiness = new Readiness();
  private final Door door = Door.to(environment("KRYONIX_POSTGRES_URL"));
  private final Database database = new Database(config(door.url()), readiness);

  DatabaseIT() throws IOException {}

  @BeforeEach
  void start() {
    database.start();
    await().until(readiness::isServing);
    for (TenantId tenant : List.of(ACME, GLOBEX)) {
      database.runInTenant(tenant, tx -> tx.update("DELETE FROM notes"));
    }
    database.runInPlatform(tx -> tx.update("DELETE FROM counters"));
  }

  @AfterEach
  void stop() throws IOException {
    database.close();
    door.close();
  }

  @Test
  void aTenantSeesItsOwnRowsOnly() {
    write(ACME, "a");
    write(GLOBEX, "g");

    assertThat(names(ACME)).containsExactly("a");
    assertThat(names(GLOBEX)).containsExactly("g");
  }

  @Test
  void aTenantCannotWriteARowOfAnother() {
    DatabaseException refusal =
        catchThrowableOfType(
            DatabaseException.class,
            () ->
                database.runInTenant(
                    ACME, tx -> tx.update("INSERT INTO notes VALUES ('globex', 'x')")));

    assertThat(refusal.sqlState()).isEqualTo("42501");
    assertThat(names(GLOBEX)).isEmpty();
  }

  @Test
  void aConnectionOfThePoolCarriesNoTenantOver() throws SQLException {
    write(ACME, "a");

    for (int i = 0; i < 20; i++) {
      try (var connection = database.pool().getConnection();
          var statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT count(*) FROM notes")) {
        rows.next();
        assertThat(rows.getInt(1)).isZero();
        connection.rollback();
      }
    }
  }

  @Test
  void thePlatformSeesWhatThePolicyLetsItSee() {
    write(ACME, "a");
    write(GLOBEX, "g");

    List<String> all =
        database.inPlatform(
            tx -> tx.query("SELECT name FROM notes ORDER BY name", row -> row.getString(1)));
    assertThat(all).containsExactly("a", "g");
  }

  @Test
  void whatThrowsIsRolledBack() {
    assertThatThrownBy(
            () ->
                database.runInTenant(
                    ACME,
                    tx -> {
                      tx.update("INSERT INTO notes VALUES ('acme', 'a')");
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");

    assertThat(names(ACME)).isEmpty();
  }

  @Test
  void aNameThatIsTakenIsToldByItsConstraintWithoutTheDriversText() {
    write(ACME, "a");

    DatabaseException refusal =
        catchThrowableOfType(DatabaseException.class, () -> write(GLOBEX, "a"));

    assertThat(refusal.isUniqueViolation()).isTrue();
    assertThat(refusal.constraint()).contains("notes_name_unique");
    assertThat(refusal.getMessage()).doesNotContain("duplicate").doesNotContain("notes");
  }

  @Test
  void instantsComeBackAsTheyWere() {
    Instant taken = Instant.parse("2026-02-28T23:59:59.123456Z");

    database.runInTenant(
        ACME, tx -> tx.update("INSERT INTO notes VALUES (?, ?, ?)", "acme", "a", taken));

    Optional<Instant> back =
        database.inTenant(
            ACME, tx -> tx.first("SELECT taken FROM notes", row -> Tx.instant(row, "taken")));
    assertThat(back).contains(taken);
  }

  @Test
  void manyRowsGoInOneBatch() {
    database.runInTenant(
        ACME,
        tx ->
            tx.batch(
                "INSERT INTO notes VALUES ('acme', ?, ?)",
                List.of(List.of("a", Instant.EPOCH), List.of("b", Instant.EPOCH))));

    assertThat(names(ACME)).containsExactly("a", "b");
  }

  @Test
  void aTransactionThatLosesARaceIsRunAgain() throws Exception {
    database.runInPlatform(tx -> tx.update("INSERT INTO counters VALUES ('x', 0), ('y', 0)"));
    CyclicBarrier bothHoldOne = new CyclicBarrier(2);
    AtomicInteger runs = new AtomicInteger();

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> one = threads.submit(() -> raise("x", "y", bothHoldOne, runs));
      Future<?> other = threads.submit(() -> raise("y", "x", bothHoldOne, runs));
      one.get(30, TimeUnit.SECONDS);
      other.get(30, TimeUnit.SECONDS);
    }

    // Run again, the loser may come first once more.
    assertThat(runs).hasValueGreaterThanOrEqualTo(3);
    List<Long> values =
        database.inPlatform(tx -> tx.query("SELECT value FROM counters", row -> row.getLong(1)));
    assertThat(values).containsExactly(2L, 2L);
  }

  @Test
  void aStatementEndsWithTheCallersDeadline() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        var timer = Executors.newSingleThreadScheduledExecutor();
        Context.CancellableContext context =
            Context.current().withDeadlineAfter(300, TimeUnit.MILLISECONDS, timer)) {
      Future<ServiceException> refusal =
          threads.submit(
              context.wrap(
                  () ->
                      catchThrowableOfType(
                          ServiceException.class,
                          () ->
                              database.runInPlatform(
                                  tx -> tx.first("SELECT pg_sleep(20)", row -> true)))));

      assertThat(refusal.get(30, TimeUnit.SECONDS).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void whilePostgresIsAwayCallsAreRefusedAndItMendsByItself() throws IOException {
    write(ACME, "a");
    door.shut();
    await().until(() -> !readiness.isServing());

    ServiceException refusal = catchThrowableOfType(ServiceException.class, () -> names(ACME));

    assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(refusal.reasonName()).isEqualTo("STORE_UNAVAILABLE");
    assertThat(refusal.getMessage()).doesNotContain("127.0.0.1");

    door.open();
    await().until(readiness::isServing);
    assertThat(names(ACME)).containsExactly("a");
  }

  @Test
  void aServiceStartsWithoutPostgresAndMigratesWhenItComes() throws IOException {
    try (Door closed = Door.to(environment("KRYONIX_POSTGRES_URL"))) {
      closed.shut();
      Readiness late = new Readiness();
      Database waiting = new Database(config(closed.url()), late);
      waiting.start();
      await()
          .until(() -> late.components().get("postgres"), "PostgreSQL cannot be reached"::equals);
      assertThat(
              catchThrowableOfType(
                  ServiceException.class, () -> waiting.inPlatform(tx -> tx.update("SELECT 1"))))
          .extracting(ServiceException::reasonName)
          .isEqualTo("STORE_UNAVAILABLE");

      closed.open();

      await().until(late::isServing);
      waiting.close();
    }
  }

  /**
   * Raises one counter, waits (the first time) until the other has raised its own, then raises that
   * too.
   */
  private boolean raise(String first, String second, CyclicBarrier meet, AtomicInteger runs) {
    AtomicInteger own = new AtomicInteger();
    database.runInPlatform(
        tx -> {
          runs.incrementAndGet();
          tx.update("UPDATE counters SET value = value + 1 WHERE name = ?", first);
          if (own.getAndIncrement() == 0) {
            try {
              meet.await(30, TimeUnit.SECONDS);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
          tx.update("UPDATE counters SET value = value + 1 WHERE name = ?", second);
        });
    return true;
  }

  private void write(TenantId tenant, String name) {
    database.runInTenant(
        tenant, tx -> tx.update("INSERT INTO notes VALUES (?, ?)", tenant.value(), name));
  }

  private List<String> names(TenantId tenant) {
    return database.inTenant(
        tenant, tx -> tx.query("SELECT name FROM notes ORDER BY name", row -> row.getString(1)));
  }

  private static PostgresConfig config(String url) {
    return new PostgresConfig(
        url,
        environment("KRYONIX_POSTGRES_USER"),
        environment("KRYONIX_POSTGRES_PASSWORD"),
        environment("KRYONIX_POSTGRES_OWNER_USER"),
        environment("KRYONIX_POSTGRES_OWNER_PASSWORD"),
        true,
        "classpath:db/kit",
        4,
        3000,
        30000);
  }

  private static String environment(String name) {
    String value = System.getenv(name);
    if (value == null) {
      throw new IllegalStateException(
          name + " is not set; run the test with ./kryonix test integration");
    }
    return value;
  }
}
