package dev.kryonix.backup.backup;

import dev.kryonix.backup.catalogue.Backup;
import dev.kryonix.backup.catalogue.Backup.State;
import dev.kryonix.backup.catalogue.Backup.Trigger;
import dev.kryonix.backup.catalogue.BackupStore;
import dev.kryonix.backup.catalogue.Changes;
import dev.kryonix.backup.catalogue.Creation;
import dev.kryonix.backup.catalogue.Failure;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.catalogue.Progress;
import dev.kryonix.backup.catalogue.Request;
import dev.kryonix.backup.catalogue.RestoreStore;
import dev.kryonix.backup.catalogue.Verification;
import dev.kryonix.backup.repository.Repositories;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/** What a tenant can do with its backups. */
@Singleton
public final class Backups {
  private final BackupStore store;
  private final RestoreStore restores;
  private final BackupRunner runner;
  private final Repositories repositories;
  private final Runs runs;
  private final Changes changes;
  private final InstantSource clock;
  private final String instance;
  private final Semaphore workers;

  Backups(
      BackupStore store,
      RestoreStore restores,
      BackupRunner runner,
      Repositories repositories,
      Runs runs,
      Changes changes,
      InstantSource clock,
      BackupConfig config) {
    this.store = store;
    this.restores = restores;
    this.runner = runner;
    this.repositories = repositories;
    this.runs = runs;
    this.changes = changes;
    this.clock = clock;
    this.instance = config.instance();
    this.workers = new Semaphore(config.concurrent(), true);
  }

  /** Starts a backup in the background and returns it as it is now. */
  public Backup start(
      TenantView tenant, List<String> sources, Backup.Order order, Request request) {
    Owner owner = Owner.of(tenant);
    Backup pending = Backup.pending(UUID.randomUUID(), withPlan(tenant, order), now(), sources);
    // A repetition is answered whatever the quotas say by now, so they are looked at after.
    Creation<Backup> creation = store.create(owner, pending, request, instance);
    return switch (creation) {
      case Creation.Repeated<Backup>(Backup earlier) -> earlier;
      case Creation.Reused<Backup>() -> throw CommonErrors.requestIdReused(request.id().orElse(""));
      case Creation.Busy<Backup>() ->
          throw new IllegalStateException("backups never exclude each other");
      case Creation.Created<Backup>(Backup created) -> {
        admit(tenant, owner, created);
        runs.start(created.id(), () -> runWhenAWorkerIsFree(tenant, created));
        yield created;
      }
    };
  }

  /**
   * Takes a backup of what a restore is about to replace, on this thread, and returns it as it
   * ended.
   */
  public Backup takeSafetyBackup(TenantView tenant, List<String> sources, List<String> modules) {
    Backup.Order order =
        new Backup.Order(
            Trigger.SAFETY,
            modules,
            "What was there before a restore.",
            new TreeMap<>(),
            false,
            Duration.ZERO);
    Backup pending = Backup.pending(UUID.randomUUID(), withPlan(tenant, order), now(), sources);
    store.create(Owner.of(tenant), pending, Request.unrepeatable(), instance);
    return runner.run(tenant, pending);
  }

  public Backup get(Owner owner, UUID backup) {
    return store.find(owner, backup).orElseThrow(() -> BackupErrors.notFound(backup));
  }

  public Page<Backup> list(
      Owner owner, BackupStore.Filter filter, Optional<Position> after, int size) {
    return store.list(owner, filter, after, size);
  }

  /** Asks a running backup to stop. */
  public Backup cancel(Owner owner, UUID id) {
    Backup backup = get(owner, id);
    if (backup.state() == State.SUCCEEDED || backup.state() == State.FAILED) {
      throw BackupErrors.conflict(backup, "has ended as " + backup.state());
    }
    store.cancel(owner, id);
    runs.stop(id);
    changes.ring();
    return get(owner, id);
  }

  /**
   * Deletes a backup: its manifest, then its entry, so that an entry without a manifest can be
   * deleted again.
   */
  public void delete(TenantView tenant, UUID id) {
    Owner owner = Owner.of(tenant);
    Backup backup = get(owner, id);
    if (!backup.state().isFinal()) {
      throw BackupErrors.conflict(backup, "is running; cancel it first");
    }
    if (backup.order().pinned()) {
      throw BackupErrors.conflict(backup, "is pinned");
    }
    if (restores.isInUse(owner, id)) {
      throw BackupErrors.conflict(backup, "is being restored");
    }
    try {
      repositories.open(tenant).delete(id);
    } catch (IOException e) {
      throw BackupErrors.repository(e, id);
    }
    store.delete(owner, id);
  }

  /** Ends what this instance left unfinished before it was started. */
  public void failAbandoned(Owner owner) {
    for (Backup backup : store.abandoned(owner, instance)) {
      Failure why =
          new Failure("NOT_SERVING", "The service ended while it was at work; start it again.", "");
      if (!backup.state().isFinal()) {
        store.save(owner, backup.ended(State.FAILED, now(), Optional.of(why)));
      }
      backup
          .verification()
          .filter(each -> each.state() == Progress.RUNNING)
          .ifPresent(each -> store.save(owner, backup.id(), abandoned(each, why)));
    }
  }

  private Verification abandoned(Verification running, Failure why) {
    return new Verification(
        running.depth(),
        Progress.FAILED,
        running.startTime(),
        Optional.of(now()),
        running.chunks(),
        running.bytes(),
        Optional.of(why));
  }

  private void runWhenAWorkerIsFree(TenantView tenant, Backup backup) {
    workers.acquireUninterruptibly();
    try {
      runner.run(tenant, backup);
    } finally {
      workers.release();
    }
  }

  /** Takes a new backup out again when a quota does not allow it. */
  private void admit(TenantView tenant, Owner owner, Backup created) {
    try {
      int most = tenant.limits().getBackup().getWorkers();
      if (most > 0 && store.unfinished(owner) > most) {
        throw BackupErrors.workersBusy(most);
      }
      long limit = tenant.limits().getBackup().getStorageBytes();
      if (limit > 0 && repositories.open(tenant).storedBytes() >= limit) {
        throw BackupErrors.storageFull(limit);
      }
    } catch (ServiceException e) {
      store.delete(owner, created.id());
      throw e;
    } catch (IOException e) {
      store.delete(owner, created.id());
      throw BackupErrors.repository(e, created.id());
    }
  }

  /** The order with the plan's retention where none was given. */
  private static Backup.Order withPlan(TenantView tenant, Backup.Order order) {
    Duration longest =
        Duration.ofSeconds(tenant.limits().getBackup().getFullRetention().getSeconds());
    if (order.retention().compareTo(longest) > 0) {
      throw BackupErrors.retentionTooLong(longest);
    }
    return order.retention().isZero()
        ? new Backup.Order(
            order.trigger(),
            order.modules(),
            order.description(),
            order.labels(),
            order.pinned(),
            longest)
        : order;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
