package dev.kryonix.backup.tenants;

import dev.kryonix.backup.backup.Backups;
import dev.kryonix.backup.catalogue.BackupStore;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.catalogue.RestoreStore;
import dev.kryonix.backup.repository.Repositories;
import dev.kryonix.backup.restore.Restores;
import dev.kryonix.kit.crypto.SealBrokenException;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantReconciler;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Gives a tenant its repository, and takes it away. The first time that this process hears of a
 * tenant, it also ends what the process before it left unfinished.
 */
@Singleton
final class BackupReconciler implements TenantReconciler {
  private final Repositories repositories;
  private final Backups backups;
  private final Restores restores;
  private final BackupStore backupStore;
  private final RestoreStore restoreStore;
  private final Set<TenantUid> recovered = ConcurrentHashMap.newKeySet();

  BackupReconciler(
      Repositories repositories,
      Backups backups,
      Restores restores,
      BackupStore backupStore,
      RestoreStore restoreStore) {
    this.repositories = repositories;
    this.backups = backups;
    this.restores = restores;
    this.backupStore = backupStore;
    this.restoreStore = restoreStore;
  }

  @Override
  public void apply(TenantView desired, StepReporter steps) throws ReconcileException {
    steps.run("repository", () -> open(desired));
    if (!recovered.contains(desired.uid())) {
      steps.run("recovery", () -> recover(desired));
    }
  }

  @Override
  public void remove(TenantUid uid, TenantId id, StepReporter steps) throws ReconcileException {
    steps.run("repository", () -> erase(uid));
    steps.run("catalogue", () -> forget(new Owner(id, uid)));
    recovered.remove(uid);
  }

  @Override
  public Map<String, Long> census(TenantUid uid, TenantId id) throws ReconcileException {
    Owner owner = new Owner(id, uid);
    try {
      return Map.of(
          "backup.objects", repositories.count(uid),
          "backup.backups", backupStore.count(owner),
          "backup.restores", restoreStore.count(owner));
    } catch (IOException e) {
      throw new ReconcileException(
          "RepositoryUnavailable", "The tenant's repository cannot be read.", e);
    } catch (ServiceException e) {
      throw new ReconcileException("CatalogueUnavailable", e.getMessage(), e);
    }
  }

  /** A tenant of the process before, whose unfinished work has not been ended. */
  @Override
  public Set<TenantUid> drifted(Collection<TenantView> tenants) {
    return tenants.stream()
        .map(TenantView::uid)
        .filter(uid -> !recovered.contains(uid))
        .collect(Collectors.toSet());
  }

  private void open(TenantView tenant) throws ReconcileException {
    try {
      repositories.open(tenant);
    } catch (IOException e) {
      throw new ReconcileException(
          "RepositoryUnavailable", "The tenant's repository cannot be opened.", e);
    } catch (SealBrokenException e) {
      throw new ReconcileException(
          "TenantKeyUnreadable", "The tenant's key does not open under the platform key.", e);
    }
  }

  private void recover(TenantView tenant) throws ReconcileException {
    try {
      backups.failAbandoned(Owner.of(tenant));
      restores.rollBackAbandoned(tenant);
      recovered.add(tenant.uid());
    } catch (ServiceException e) {
      throw new ReconcileException("CatalogueUnavailable", e.getMessage(), e);
    }
  }

  private void erase(TenantUid uid) throws ReconcileException {
    try {
      repositories.erase(uid);
    } catch (IOException e) {
      throw new ReconcileException(
          "RepositoryUnavailable", "The tenant's repository cannot be erased.", e);
    }
  }

  private void forget(Owner owner) throws ReconcileException {
    try {
      restoreStore.deleteAll(owner);
      backupStore.deleteAll(owner);
    } catch (ServiceException e) {
      throw new ReconcileException("CatalogueUnavailable", e.getMessage(), e);
    }
  }
}
