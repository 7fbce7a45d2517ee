package dev.kryonix.backup.restore;

import dev.kryonix.backup.backup.Backups;
import dev.kryonix.backup.backup.Failures;
import dev.kryonix.backup.backup.RecordStream;
import dev.kryonix.backup.backup.Runs;
import dev.kryonix.backup.catalogue.Backup;
import dev.kryonix.backup.catalogue.Changes;
import dev.kryonix.backup.catalogue.Failure;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.catalogue.Progress;
import dev.kryonix.backup.catalogue.Restore;
import dev.kryonix.backup.catalogue.Restore.Phase;
import dev.kryonix.backup.catalogue.Restore.PhaseProgress;
import dev.kryonix.backup.catalogue.Restore.State;
import dev.kryonix.backup.catalogue.RestoreStore;
import dev.kryonix.backup.repository.Manifest;
import dev.kryonix.backup.repository.Repositories;
import dev.kryonix.backup.repository.Repository;
import dev.kryonix.backup.repository.RepositoryReader;
import dev.kryonix.backup.source.Source;
import dev.kryonix.backup.source.SourceException;
import dev.kryonix.backup.source.SourceExport;
import dev.kryonix.backup.source.Sources;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out a restore phase by phase. Before anything is replaced, everything that will be put
 * back has been read and checked, and what is there has been backed up; when a phase fails, the
 * phases begun so far get that back, the last first. The catalogue knows of a phase before it
 * touches anything, so a crash is taken back as well.
 */
@Singleton
final class RestoreRunner {
  private static final Logger LOG = LoggerFactory.getLogger(RestoreRunner.class);
  private static final Duration SAVE_EVERY = Duration.ofMillis(300);
  private static final int ROLLBACK_ATTEMPTS = 10;
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(15);

  private final RestoreStore store;
  private final Backups backups;
  private final Repositories repositories;
  private final Sources sources;
  private final SourceRestore sourceRestore;
  private final Runs runs;
  private final Changes changes;
  private final InstantSource clock;
  private final MeterRegistry meters;

  RestoreRunner(
      RestoreStore store,
      Backups backups,
      Repositories repositories,
      Sources sources,
      SourceRestore sourceRestore,
      Runs runs,
      Changes changes,
      InstantSource clock,
      MeterRegistry meters) {
    this.store = store;
    this.backups = backups;
    this.repositories = repositories;
    this.sources = sources;
    this.sourceRestore = sourceRestore;
    this.runs = runs;
    this.changes = changes;
    this.clock = clock;
    this.meters = meters;
  }

  void run(TenantView tenant, Restore restore, Plan plan) {
    new Attempt(tenant, restore).run(plan);
  }

  /** Takes back a restore whose process ended while it was under way. */
  void rollBackAbandoned(TenantView tenant, Restore restore) {
    Attempt attempt = new Attempt(tenant, restore);
    if (restore.state() == State.RUNNING) {
      attempt.restore =
          restore.failing(
              new Failure("NOT_SERVING", "The service ended while the restore was under way.", ""));
    }
    attempt.rollBack();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** A check of the restore itself that did not hold. */
  private static final class CheckException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Failure failure;

    private CheckException(Failure failure) {
      super(failure.message());
      this.failure = failure;
    }
  }

  /** Work of one phase. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException, SourceException, CheckException;
  }

  /** One restore under way. */
  private final class Attempt {
    private final TenantView tenant;
    private final Owner owner;
    private Restore restore;
    private Instant saved = Instant.EPOCH;

    private Attempt(TenantView tenant, Restore restore) {
      this.tenant = tenant;
      this.owner = Owner.of(tenant);
      this.restore = restore;
    }

    private void run(Plan plan) {
      try {
        RepositoryReader reader = repositories.open(tenant).reader();
        phase(Phase.PREPARE, () -> prepare(plan, reader));
        for (Source source : plan.sources()) {
          phase(source.phase(), () -> putBack(source, plan, reader));
        }
        phase(Phase.VALIDATE, () -> validate(plan));
        restore = restore.ended(State.SUCCEEDED, now());
        save();
        count();
      } catch (CheckException e) {
        fail(e.failure);
      } catch (IOException | SourceException | RuntimeException e) {
        fail(Failures.of(e, "restore " + restore.id()));
      }
    }

    private void phase(Phase phase, Work work) throws IOException, SourceException, CheckException {
      if (runs.isProcessStopping()) {
        throw new CheckException(new Failure("NOT_SERVING", "The service is stopping.", ""));
      }
      restore = restore.with(restore.phase(phase).started(now()));
      save();
      boolean done = false;
      try {
        work.run();
        done = true;
      } finally {
        Progress state = done ? Progress.DONE : Progress.FAILED;
        restore = restore.with(restore.phase(phase).ended(state, now()));
      }
      save();
    }

    private void prepare(Plan plan, RepositoryReader reader) throws IOException, CheckException {
      for (Source source : plan.sources()) {
        Optional<String> wrong = RecordStream.check(reader, plan.source(source));
        if (wrong.isPresent()) {
          throw new CheckException(new Failure("BACKUP_CORRUPT", wrong.get(), source.id()));
        }
      }
      Backup safety =
          backups.takeSafetyBackup(tenant, plan.order().sources(), plan.order().modules());
      if (safety.state() != Backup.State.SUCCEEDED) {
        Failure why = safety.failure().orElse(new Failure("NOT_SERVING", "it was stopped", ""));
        throw new CheckException(
            new Failure(
                why.reason(),
                "What is there now could not be backed up, so nothing was replaced: "
                    + why.message(),
                why.source()));
      }
      restore = restore.withSafetyBackup(safety.id());
    }

    private void putBack(Source source, Plan plan, RepositoryReader reader)
        throws IOException, SourceException, CheckException {
      Manifest.Source stored = plan.source(source);
      PhaseProgress begun = restore.phase(source.phase());
      restore = restore.with(begun.with(begun.progress().running(stored.time())));
      save();
      SourceRestore.Outcome outcome =
          sourceRestore.run(
              owner,
              new SourceRestore.Origin(reader, stored, plan.order().modules()),
              restore.id() + "/" + source.id(),
              (records, bytes) -> progress(source.phase(), records, bytes));
      if (!outcome.isWhole()) {
        throw new CheckException(
            new Failure(
                "BACKUP_INCOMPLETE",
                "The source took %s of the records %s and left out %d as expired."
                    .formatted(outcome.counts(), outcome.sent(), outcome.expired()),
                source.id()));
      }
      PhaseProgress phase = restore.phase(source.phase());
      restore =
          restore
              .with(phase.with(phase.progress().done(outcome.counts())))
              .withExpired(outcome.expired());
    }

    /** Each source must answer with the tenant's data again. */
    private void validate(Plan plan) throws SourceException {
      for (Source source : plan.sources()) {
        try (SourceExport export = sources.export(source, owner, plan.order().modules())) {
          LOG.debug("{} answers at {}", source.id(), export.header().getPosition());
        }
      }
    }

    private void progress(Phase phase, long records, long bytes) {
      PhaseProgress before = restore.phase(phase);
      restore = restore.with(before.with(before.progress().at(records, bytes)));
      if (Duration.between(saved, now()).compareTo(SAVE_EVERY) >= 0) {
        save();
      }
    }

    private void fail(Failure why) {
      restore = restore.failing(why);
      rollBack();
    }

    /** Puts back what the phases begun so far have replaced, the last first, trying for a while. */
    private void rollBack() {
      for (int attempt = 1; ; attempt++) {
        try {
          save();
          takeBack();
          restore = restore.ended(State.ROLLED_BACK, now());
          save();
          count();
          return;
        } catch (IOException | SourceException | RuntimeException e) {
          Failure why = Failures.of(e, "rollback of restore " + restore.id());
          LOG.warn("rollback of restore {} failed: {}", restore.id(), why.message());
          if (runs.isProcessStopping() || !pause(attempt)) {
            // It stays ROLLING_BACK, and the next start goes on with it.
            return;
          }
          if (attempt == ROLLBACK_ATTEMPTS) {
            giveUp(why);
            return;
          }
        }
      }
    }

    private void takeBack() throws IOException, SourceException {
      if (restore.safetyBackup().isEmpty()) {
        return;
      }
      Repository repository = repositories.open(tenant);
      Manifest safety = repository.manifest(restore.safetyBackup().get());
      RepositoryReader reader = repository.reader();
      List<PhaseProgress> begun =
          restore.phases().stream()
              .filter(each -> each.start().isPresent() && !each.progress().source().isEmpty())
              .filter(each -> !each.rolledBack())
              .toList();
      for (PhaseProgress phase : begun.reversed()) {
        Manifest.Source stored = safety.source(phase.progress().source()).orElseThrow();
        sourceRestore.run(
            owner,
            new SourceRestore.Origin(reader, stored, restore.order().modules()),
            restore.id() + "/" + stored.name() + "/rollback",
            (records, bytes) -> {});
        restore = restore.with(restore.phase(phase.phase()).takenBack());
        save();
      }
    }

    private void giveUp(Failure why) {
      Failure first = restore.failure().orElse(why);
      Failure both =
          new Failure(
              first.reason(),
              first.message()
                  + " Putting back what was there failed too: "
                  + why.message()
                  + " Restore the safety backup when the source is well again.",
              first.source());
      restore = restore.failing(both).ended(State.FAILED, now());
      try {
        save();
      } catch (ServiceException e) {
        LOG.error("restore {} cannot be marked as failed", restore.id(), e);
      }
      count();
    }

    private void save() {
      store.save(owner, restore);
      saved = now();
      changes.ring();
    }

    private void count() {
      meters.counter("kryonix.restore.ended", "state", restore.state().name()).increment();
    }

    private boolean pause(int attempt) {
      Duration backoff = Duration.ofMillis(250L << Math.min(attempt, 6));
      try {
        Thread.sleep(backoff.compareTo(LONGEST_BACKOFF) < 0 ? backoff : LONGEST_BACKOFF);
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
