package dev.kryonix.kit.state;

import com.google.protobuf.Timestamp;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.UsageReport;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.Readiness;
import io.micronaut.context.annotation.Requires;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Follows the state stream: keeps the {@link TenantDirectory} current and calls the service's
 * {@link TenantReconciler} on virtual threads. Gives the {@link StateSession} threads, time and a
 * network; every event reaches it under one lock.
 *
 * <p>The readiness component {@code state} is up from the first complete sync on, and stays up when
 * tenant-service goes: what is known stays true. With a folder to keep it in, it also outlives the
 * process.
 */
@Singleton
@Requires(beans = TenantReconciler.class)
public final class StateClient {
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  private final TenantReconciler reconciler;
  private final Network network;
  private final Readiness.Component readiness;
  private final InstantSource clock;
  private final Optional<TenantLog> log;
  private final CountDownLatch synced = new CountDownLatch(1);
  private final StateSession session;
  private final ReentrantLock lock = new ReentrantLock();
  private final ExecutorService jobs =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("reconcile-", 0).factory());

  StateClient(
      TenantReconciler reconciler,
      TenantDirectory directory,
      Network network,
      StateSession.Identity identity,
      StateConfig config,
      Readiness readiness,
      InstantSource clock) {
    this.reconciler = reconciler;
    this.network = network;
    this.readiness = readiness.component("state");
    this.clock = clock;
    this.log = config.folder().flatMap(TenantLog::open);
    this.session =
        new StateSession(identity, directory, new ThisProcess(), RandomGenerator.getDefault());
  }

  @PostConstruct
  void start() {
    locked(
        () -> {
          log.ifPresent(kept -> session.restore(kept.load()));
          session.begin();
        });
  }

  /** Ends the stream, and interrupts what runs. */
  @PreDestroy
  void stop() throws InterruptedException {
    locked(session::stop);
    jobs.shutdownNow();
    jobs.awaitTermination(STOP_GRACE.toMillis(), TimeUnit.MILLISECONDS);
    locked(() -> log.ifPresent(TenantLog::close));
  }

  /**
   * Tells tenant-service what a tenant uses now, by metric such as {@code cache.keys}; false when
   * it cannot be told now.
   */
  boolean reportUsage(TenantUid uid, Map<String, Long> amounts) {
    Instant now = clock.instant();
    SyncRequest message =
        SyncRequest.newBuilder()
            .setUsage(
                UsageReport.newBuilder()
                    .setTenantUid(uid.toBytes())
                    .setMeasureTime(
                        Timestamp.newBuilder()
                            .setSeconds(now.getEpochSecond())
                            .setNanos(now.getNano()))
                    .putAllAmounts(amounts))
            .build();
    lock.lock();
    try {
      return session.offer(message);
    } finally {
      lock.unlock();
    }
  }

  /** Makes tenants whose engine objects are not as they must be true again. */
  void repair(Collection<TenantView> drifted) {
    locked(() -> drifted.forEach(session::repair));
  }

  private void locked(Runnable event) {
    lock.lock();
    try {
      event.run();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until every tenant is known and has been tried. */
  void awaitSynced() throws InterruptedException {
    synced.await();
  }

  private static void keep(TenantLog log, Work made) {
    switch (made) {
      case Work.Apply apply -> log.made(apply.desired());
      case Work.Remove remove -> log.removed(remove.uid());
    }
  }

  private void reconcile(Job job) {
    Reconciliation run =
        new Reconciliation(
            job.work(), event -> locked(() -> session.progressed(job, event)), clock);
    Failure failure = run.run(reconciler).orElse(null);
    locked(
        () -> {
          job.counted(run.census());
          if (failure == null) {
            log.ifPresent(kept -> keep(kept, job.work()));
          }
          session.finished(job, failure);
        });
  }

  /** The session's surroundings in a real process. */
  private final class ThisProcess implements StateSession.Surroundings {
    @Override
    public Link open(Listener listener) {
      return network.open(
          new Listener() {
            @Override
            public void received(SyncResponse message) {
              locked(() -> listener.received(message));
            }

            @Override
            public void lost(String why) {
              locked(() -> listener.lost(why));
            }
          });
    }

    @Override
    public void pause(Duration pause) {
      Thread.ofVirtual()
          .name("state-reconnect")
          .start(
              () -> {
                try {
                  Thread.sleep(pause);
                  locked(session::pauseEnded);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }

    @Override
    public void run(Job job) {
      if (job.work() instanceof Work.Apply apply) {
        log.ifPresent(kept -> kept.begun(apply.uid(), apply.id()));
      }
      jobs.execute(() -> reconcile(job));
    }

    @Override
    public void synced() {
      readiness.up();
      synced.countDown();
    }
  }
}
