package dev.kryonix.backup.restore;

import dev.kryonix.backup.backup.BackupConfig;
import dev.kryonix.backup.backup.BackupErrors;
import dev.kryonix.backup.backup.Backups;
import dev.kryonix.backup.backup.Runs;
import dev.kryonix.backup.catalogue.Backup;
import dev.kryonix.backup.catalogue.Creation;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.catalogue.Request;
import dev.kryonix.backup.catalogue.Restore;
import dev.kryonix.backup.catalogue.RestoreStore;
import dev.kryonix.backup.repository.Manifest;
import dev.kryonix.backup.repository.Repositories;
import dev.kryonix.backup.source.Source;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a tenant can do with restores. */
@Singleton
public final class Restores {
  private final RestoreStore store;
  private final Backups backups;
  private final RestoreRunner runner;
  private final Repositories repositories;
  private final Runs runs;
  private final InstantSource clock;
  private final String instance;

  Restores(
      RestoreStore store,
      Backups backups,
      RestoreRunner runner,
      Repositories repositories,
      Runs runs,
      InstantSource clock,
      BackupConfig config) {
    this.store = store;
    this.backups = backups;
    this.runner = runner;
    this.repositories = repositories;
    this.runs = runs;
    this.clock = clock;
    this.instance = config.instance();
  }

  /**
   * What the order would put back. No sources means all of the backup's; no modules, those that it
   * was limited to.
   */
  Plan plan(TenantView tenant, Restore.Order order) {
    Backup backup = backups.get(Owner.of(tenant), order.backup());
    if (backup.state() != Backup.State.SUCCEEDED) {
      throw BackupErrors.incomplete(backup);
    }
    Manifest manifest;
    try {
      manifest = repositories.open(tenant).manifest(backup.id());
    } catch (IOException e) {
      throw BackupErrors.repository(e, backup.id());
    }
    return new Plan(explicit(order, manifest), manifest);
  }

  /** Starts a restore in the background and returns it as it is now. */
  Restore start(TenantView tenant, Restore.Order order, Request request) {
    Plan plan = plan(tenant, order);
    Restore restore =
        new Restore(
            UUID.randomUUID(),
            Restore.State.RUNNING,
            plan.order(),
            plan.phases(),
            Optional.empty(),
            0,
            new Restore.Times(clock.instant().truncatedTo(ChronoUnit.MICROS), Optional.empty()),
            Optional.empty());
    return switch (store.create(Owner.of(tenant), restore, request, instance)) {
      case Creation.Repeated<Restore>(Restore earlier) -> earlier;
      case Creation.Reused<Restore>() ->
          throw CommonErrors.requestIdReused(request.id().orElse(""));
      case Creation.Busy<Restore>() -> throw RestoreErrors.underWay();
      case Creation.Created<Restore>(Restore created) -> {
        runs.start(created.id(), () -> runner.run(tenant, created, plan));
        yield created;
      }
    };
  }

  Restore get(Owner owner, UUID restore) {
    return store.find(owner, restore).orElseThrow(() -> RestoreErrors.notFound(restore));
  }

  Page<Restore> list(
      Owner owner, Optional<Restore.State> state, Optional<Position> after, int size) {
    return store.list(owner, state, after, size);
  }

  /** Takes back, in the background, what this instance left unfinished before it was started. */
  public void rollBackAbandoned(TenantView tenant) {
    for (Restore restore : store.abandoned(Owner.of(tenant), instance)) {
      runs.start(restore.id(), () -> runner.rollBackAbandoned(tenant, restore));
    }
  }

  private static Restore.Order explicit(Restore.Order order, Manifest manifest) {
    for (int i = 0; i < order.sources().size(); i++) {
      if (manifest.source(order.sources().get(i)).isEmpty()) {
        throw RestoreErrors.notInBackup(
            "spec.sources[" + i + "]", order.sources().get(i), manifest.backup());
      }
    }
    for (int i = 0; i < order.modules().size(); i++) {
      String module = order.modules().get(i);
      if (!manifest.modules().isEmpty() && !manifest.modules().contains(module)) {
        throw RestoreErrors.notInBackup("spec.modules[" + i + "]", module, manifest.backup());
      }
    }
    List<String> sources =
        Source.ids().stream()
            .filter(id -> manifest.source(id).isPresent())
            .filter(id -> order.sources().isEmpty() || order.sources().contains(id))
            .toList();
    List<String> modules = order.modules().isEmpty() ? manifest.modules() : order.modules();
    return new Restore.Order(order.backup(), sources, modules);
  }
}
