package dev.kryonix.backup.backup;

import dev.kryonix.api.snapshot.v1.ExportHeader;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.backup.catalogue.Backup;
import dev.kryonix.backup.catalogue.Backup.State;
import dev.kryonix.backup.catalogue.BackupStore;
import dev.kryonix.backup.catalogue.Changes;
import dev.kryonix.backup.catalogue.Failure;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.catalogue.SourceProgress;
import dev.kryonix.backup.repository.CorruptObjectException;
import dev.kryonix.backup.repository.Manifest;
import dev.kryonix.backup.repository.Repositories;
import dev.kryonix.backup.repository.Repository;
import dev.kryonix.backup.repository.RepositoryWriter;
import dev.kryonix.backup.repository.StreamWriter;
import dev.kryonix.backup.source.Source;
import dev.kryonix.backup.source.SourceException;
import dev.kryonix.backup.source.SourceExport;
import dev.kryonix.backup.source.Sources;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Carries out a backup: each source is read at its point and stored, then the manifest is
 * committed. The catalogue says SUCCEEDED only after the manifest has been read back.
 */
@Singleton
public final class BackupRunner {
  private static final Duration SAVE_EVERY = Duration.ofMillis(300);

  private final BackupStore store;
  private final Repositories repositories;
  private final Sources sources;
  private final Runs runs;
  private final Changes changes;
  private final InstantSource clock;
  private final MeterRegistry meters;

  BackupRunner(
      BackupStore store,
      Repositories repositories,
      Sources sources,
      Runs runs,
      Changes changes,
      InstantSource clock,
      MeterRegistry meters) {
    this.store = store;
    this.repositories = repositories;
    this.sources = sources;
    this.runs = runs;
    this.changes = changes;
    this.clock = clock;
    this.meters = meters;
  }

  /** Carries the backup out and returns it as it ended. */
  public Backup run(TenantView tenant, Backup pending) {
    Attempt attempt = new Attempt(tenant, pending);
    Backup ended = attempt.run();
    meters.counter("kryonix.backup.ended", "state", ended.state().name()).increment();
    meters.counter("kryonix.backup.read.bytes").increment((double) ended.bytes());
    meters.counter("kryonix.backup.stored.bytes").increment((double) ended.volume().storedBytes());
    return ended;
  }

  /** The time, as exact as the catalogue keeps it. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** The backup was told to stop. */
  private static final class StoppedException extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** One backup under way. */
  private final class Attempt {
    private final TenantView tenant;
    private final Owner owner;
    private Backup backup;
    private Instant saved = Instant.EPOCH;

    private Attempt(TenantView tenant, Backup pending) {
      this.tenant = tenant;
      this.owner = Owner.of(tenant);
      this.backup = pending;
    }

    private Backup run() {
      try {
        backup = backup.started(now());
        save();
        Repository repository = repositories.open(tenant);
        try (RepositoryWriter writer = repository.writer()) {
          store(repository, writer);
        }
      } catch (StoppedException e) {
        end(State.CANCELLED, Optional.empty());
      } catch (SourceException | IOException | RuntimeException e) {
        if (runs.isProcessStopping()) {
          end(
              State.FAILED,
              Optional.of(new Failure("NOT_SERVING", "The service was stopped; start again.", "")));
        } else if (runs.isStopping(backup.id())) {
          end(State.CANCELLED, Optional.empty());
        } else {
          end(State.FAILED, Optional.of(Failures.of(e, "backup " + backup.id())));
        }
      }
      return backup;
    }

    private void store(Repository repository, RepositoryWriter writer)
        throws IOException, SourceException, StoppedException {
      List<Manifest.Source> stored = new ArrayList<>();
      for (SourceProgress progress : backup.sources()) {
        Source source = Source.of(progress.source()).orElseThrow();
        stored.add(read(source, progress, writer));
      }
      backup = backup.with(State.SEALING);
      save();
      writer.finish();
      Manifest manifest =
          new Manifest(
              backup.id(),
              tenant.uid(),
              now(),
              backup.order().modules(),
              stored,
              previous(repository));
      repository.commit(manifest);
      backup = backup.succeeded(now(), volume(writer));
      store.save(owner, backup);
      changes.ring();
    }

    private Manifest.Source read(Source source, SourceProgress pending, RepositoryWriter writer)
        throws IOException, SourceException, StoppedException {
      try (SourceExport export = sources.export(source, owner, backup.order().modules())) {
        ExportHeader header = export.header();
        Instant time =
            Instant.ofEpochSecond(header.getTime().getSeconds(), header.getTime().getNanos());
        SourceProgress progress = pending.running(time);
        backup = backup.with(progress, volume(writer));
        save();
        StreamWriter stream = writer.stream();
        ByteArrayOutputStream buffer = new ByteArrayOutputStream();
        long records = 0;
        for (Optional<Record> next = export.next(); next.isPresent(); next = export.next()) {
          buffer.reset();
          next.get().writeDelimitedTo(buffer);
          stream.write(buffer.toByteArray());
          records++;
          progress = progress.at(records, stream.length());
          backup = backup.with(progress, volume(writer));
          saveSometimes();
        }
        Manifest.Content content =
            new Manifest.Content(
                new TreeMap<>(export.footer().getCountsMap()), stream.length(), stream.finish());
        backup = backup.with(progress.done(content.counts()), volume(writer));
        save();
        return new Manifest.Source(
            source.id(),
            header.getFormat(),
            header.getPosition(),
            time,
            content,
            export.footer().getDigest());
      }
    }

    /**
     * The newest backup's manifest; a damaged one does not stop new backups, the chain shows the
     * break.
     */
    private Optional<Manifest.Link> previous(Repository repository) throws IOException {
      Optional<Backup> newest = store.newest(owner);
      if (newest.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(repository.link(newest.get().id()));
      } catch (CorruptObjectException e) {
        return Optional.empty();
      }
    }

    private void saveSometimes() throws StoppedException {
      if (Duration.between(saved, now()).compareTo(SAVE_EVERY) >= 0) {
        save();
      }
    }

    private void save() throws StoppedException {
      Optional<State> state = store.save(owner, backup);
      saved = now();
      changes.ring();
      if (state.isEmpty() || state.get() == State.CANCELLING || runs.isStopping(backup.id())) {
        throw new StoppedException();
      }
    }

    private void end(State state, Optional<Failure> failure) {
      State actual = runs.isProcessStopping() ? State.FAILED : state;
      Optional<Failure> why =
          actual == State.FAILED && failure.isEmpty()
              ? Optional.of(new Failure("NOT_SERVING", "The service was stopped; start again.", ""))
              : failure;
      backup = backup.ended(actual, now(), why);
      try {
        store.save(owner, backup);
      } catch (ServiceException e) {
        // The catalogue is away: the backup is found unfinished at the next start, and failed then.
        return;
      }
      changes.ring();
    }

    private static Backup.Volume volume(RepositoryWriter writer) {
      RepositoryWriter.Stored stored = writer.stored();
      return new Backup.Volume(
          stored.chunks(), stored.newChunks(), stored.newBytes(), stored.storedBytes());
    }
  }
}
