package dev.kryonix.kit.state;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Calls the patrol before its time: whoever has a reason to believe that something of a tenant's
 * was deleted or changed in the engine rings. Ringing often costs no more than ringing once.
 */
@Singleton
public final class PatrolBell {
  private final Semaphore rung = new Semaphore(0);

  /** Asks for a round soon. */
  public void ring() {
    if (rung.availablePermits() == 0) {
      rung.release();
    }
  }

  /** Waits until somebody rings, or has rung since the last call, but no longer than that. */
  void await(Duration most) throws InterruptedException {
    if (rung.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS)) {
      rung.drainPermits();
    }
  }
}
