package dev.kryonix.messaging.topology;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import io.grpc.Status.Code;
import jakarta.inject.Singleton;

/**
 * Keeps a queue from being declared by one replica in the very moment in which another deletes it
 * as unused: then a message that was confirmed in between would be gone. Declaring takes the lock
 * shared, deleting alone.
 */
@Singleton
public final class QueueLock {
  private static final String SHARED =
      "SELECT pg_advisory_xact_lock_shared(hashtextextended('kryonix.queue/' || ?, 0))";
  private static final String ALONE =
      "SELECT pg_advisory_xact_lock(hashtextextended('kryonix.queue/' || ?, 0))";

  private final Database database;

  public QueueLock(Database database) {
    this.database = database;
  }

  /**
   * Runs the work while nobody deletes the queue. While the database is away, that is so without a
   * lock: nobody has the other one. Refused when the lock does not come in time.
   */
  void whileKept(TenantUid tenant, String queue, Runnable work) {
    Locked locked = new Locked();
    try {
      database.runInPlatform(
          tx -> {
            tx.query(SHARED, row -> true, name(tenant, queue));
            locked.had = true;
            work.run();
          });
    } catch (ServiceException e) {
      if (locked.had || e.code() != Code.UNAVAILABLE) {
        throw e;
      }
      work.run();
    }
  }

  /** Runs the work while nobody declares the queue. */
  void alone(TenantUid tenant, String queue, Runnable work) {
    database.runInPlatform(
        tx -> {
          tx.query(ALONE, row -> true, name(tenant, queue));
          work.run();
        });
  }

  private static String name(TenantUid tenant, String queue) {
    return tenant + "/" + queue;
  }

  /** Whether the lock was had. */
  private static final class Locked {
    boolean had;
  }
}
