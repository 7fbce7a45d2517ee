package dev.kryonix.backup.backup;

import dev.kryonix.kit.server.Lifecycle;
import io.grpc.Context;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process carries out in the background, each on a virtual thread, so that a stop can end
 * it in good order.
 */
@Singleton
public final class Runs implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
  private static final Duration GRACE = Duration.ofSeconds(15);

  private final Set<UUID> stopping = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<UUID, Context.CancellableContext> running =
      new ConcurrentHashMap<>();
  // One party for this object itself, so that the phase never ends while runs come and go.
  private final Phaser phaser = new Phaser(1);
  private volatile boolean stopped;

  /** Runs the work on a thread of its own, outside of any call. */
  public void start(UUID id, Runnable work) {
    Context.CancellableContext context = Context.ROOT.withCancellation();
    running.put(id, context);
    phaser.register();
    Thread.ofVirtual()
        .name("run-" + id)
        .start(
            () -> {
              try {
                context.run(work);
              } catch (RuntimeException e) {
                LOG.error("run {} ended by a defect", id, e);
              } finally {
                running.remove(id);
                stopping.remove(id);
                context.cancel(null);
                phaser.arriveAndDeregister();
              }
            });
  }

  /** Breaks off what the run is waiting for, when it runs here. */
  public void stop(UUID id) {
    Context.CancellableContext context = running.get(id);
    if (context != null) {
      stopping.add(id);
      context.cancel(null);
    }
  }

  /** Whether the run has been told to stop. */
  public boolean isStopping(UUID id) {
    return stopped || stopping.contains(id);
  }

  /** Whether the whole process is stopping. */
  public boolean isProcessStopping() {
    return stopped;
  }

  @Override
  public void start() {}

  @Override
  public void stop() {
    stopped = true;
    running.values().forEach(context -> context.cancel(null));
    try {
      phaser.awaitAdvanceInterruptibly(phaser.arrive(), GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{} runs did not end in time; the next start cleans up after them", running.size());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
