package dev.kryonix.messaging.snapshot;

import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that one process at a time holds a tenant's queues: of two, each would see a part of
 * the messages only. The others wait. The lock is a transaction's of its own, so few are had at
 * once.
 */
@Singleton
final class CopyTurn {
  private static final int AT_ONCE = 2;
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtextextended('kryonix.copy/' || ?, 0))";

  private final Database database;
  private final Semaphore some = new Semaphore(AT_ONCE, true);

  CopyTurn(Database database) {
    this.database = database;
  }

  /** What is done while the turn is had. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  void take(TenantView tenant, Work work) throws InterruptedException {
    some.acquire();
    try {
      Ended ended = new Ended();
      database.runInPlatform(
          tx -> {
            tx.query(LOCK, row -> true, tenant.uid().toString());
            ended.by = run(work);
          });
      if (ended.by != null) {
        throw ended.by;
      }
    } finally {
      some.release();
    }
  }

  private static @Nullable InterruptedException run(Work work) {
    try {
      work.run();
      return null;
    } catch (InterruptedException e) {
      return e;
    }
  }

  /** Why the work ended early; null when it did not. */
  private static final class Ended {
    @Nullable InterruptedException by;
  }
}
