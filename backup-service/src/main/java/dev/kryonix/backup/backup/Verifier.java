package dev.kryonix.backup.backup;

import dev.kryonix.backup.catalogue.Backup;
import dev.kryonix.backup.catalogue.BackupStore;
import dev.kryonix.backup.catalogue.Changes;
import dev.kryonix.backup.catalogue.Failure;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.catalogue.Progress;
import dev.kryonix.backup.catalogue.Verification;
import dev.kryonix.backup.catalogue.Verification.Depth;
import dev.kryonix.backup.repository.Manifest;
import dev.kryonix.backup.repository.Repositories;
import dev.kryonix.backup.repository.Repository;
import dev.kryonix.backup.repository.RepositoryReader;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/**
 * Proves that a backup could be restored: its manifest, its packs, and at full depth every byte.
 */
@Singleton
public final class Verifier {
  private final Backups backups;
  private final BackupStore store;
  private final Repositories repositories;
  private final Runs runs;
  private final Changes changes;
  private final InstantSource clock;

  Verifier(
      Backups backups,
      BackupStore store,
      Repositories repositories,
      Runs runs,
      Changes changes,
      InstantSource clock) {
    this.backups = backups;
    this.store = store;
    this.repositories = repositories;
    this.runs = runs;
    this.changes = changes;
    this.clock = clock;
  }

  /**
   * Starts a verification in the background, unless one is running.
   *
   * @param share the part of the chunks that depth SAMPLE reads
   */
  public Verification start(TenantView tenant, UUID id, Depth depth, double share) {
    Owner owner = Owner.of(tenant);
    Backup backup = backups.get(owner, id);
    if (backup.state() != Backup.State.SUCCEEDED) {
      throw BackupErrors.incomplete(backup);
    }
    Optional<Verification> running =
        backup.verification().filter(each -> each.state() == Progress.RUNNING);
    if (running.isPresent()) {
      return running.get();
    }
    Verification begun =
        new Verification(depth, Progress.RUNNING, now(), Optional.empty(), 0, 0, Optional.empty());
    store.save(owner, id, begun);
    runs.start(UUID.randomUUID(), () -> run(tenant, id, begun, share));
    return begun;
  }

  private void run(TenantView tenant, UUID id, Verification begun, double share) {
    Verification ended;
    try {
      ended = check(tenant, id, begun, share);
    } catch (IOException | RuntimeException e) {
      ended =
          ended(
              begun,
              begun.chunks(),
              begun.bytes(),
              Optional.of(Failures.of(e, "verification of " + id)));
    }
    store.save(Owner.of(tenant), id, ended);
    changes.ring();
  }

  private Verification check(TenantView tenant, UUID id, Verification begun, double share)
      throws IOException {
    Repository repository = repositories.open(tenant);
    Manifest manifest = repository.manifest(id);
    RepositoryReader reader = repository.reader();
    long chunks = 0;
    long bytes = 0;
    for (Manifest.Source source : manifest.sources()) {
      chunks += reader.check(source.content().tree(), begun.depth() == Depth.SAMPLE ? share : 0);
      if (begun.depth() == Depth.FULL) {
        Optional<String> wrong = RecordStream.check(reader, source);
        if (wrong.isPresent()) {
          return ended(
              begun,
              chunks,
              bytes,
              Optional.of(new Failure("BACKUP_CORRUPT", wrong.get(), source.name())));
        }
        bytes += source.content().bytes();
      }
    }
    return ended(begun, chunks, bytes, Optional.empty());
  }

  private Verification ended(
      Verification begun, long chunks, long bytes, Optional<Failure> finding) {
    return new Verification(
        begun.depth(),
        finding.isEmpty() ? Progress.DONE : Progress.FAILED,
        begun.startTime(),
        Optional.of(now()),
        chunks,
        bytes,
        finding);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
