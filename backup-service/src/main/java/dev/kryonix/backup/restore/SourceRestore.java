package dev.kryonix.backup.restore;

import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.backup.backup.RecordStream;
import dev.kryonix.backup.catalogue.Owner;
import dev.kryonix.backup.repository.Manifest;
import dev.kryonix.backup.repository.RepositoryReader;
import dev.kryonix.backup.source.Source;
import dev.kryonix.backup.source.SourceException;
import dev.kryonix.backup.source.SourceImport;
import dev.kryonix.backup.source.Sources;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts the stored records of one source back into it. */
@Singleton
final class SourceRestore {
  private final Sources sources;

  SourceRestore(Sources sources) {
    this.sources = sources;
  }

  /** Where the records come from, and which of them: all modules when none are named. */
  record Origin(RepositoryReader reader, Manifest.Source source, List<String> modules) {
    Origin {
      modules = List.copyOf(modules);
    }
  }

  /**
   * What was put back.
   *
   * @param sent the records handed over, per collection
   * @param counts the records in place afterwards, per collection
   * @param expired the records that the source left out because their time had passed
   */
  record Outcome(SortedMap<String, Long> sent, SortedMap<String, Long> counts, long expired) {
    /** Whether every record is accounted for. */
    boolean isWhole() {
      return sum(sent) == sum(counts) + expired;
    }

    private static long sum(SortedMap<String, Long> counts) {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** Told of the records and bytes handed over so far. */
  @FunctionalInterface
  interface Listener {
    void at(long records, long bytes);
  }

  Outcome run(Owner owner, Origin origin, String importId, Listener listener)
      throws IOException, SourceException {
    Source source = Source.of(origin.source().name()).orElseThrow();
    SourceImport.Target target =
        new SourceImport.Target(origin.source().format(), origin.modules());
    try (RecordStream records = RecordStream.open(origin.reader(), origin.source());
        SourceImport running = sources.begin(source, owner, target, importId)) {
      long count = 0;
      long bytes = 0;
      for (Optional<Record> next = records.next(); next.isPresent(); next = records.next()) {
        Record record = next.get();
        if (origin.modules().isEmpty() || origin.modules().contains(record.getModule())) {
          running.send(record);
          count++;
          bytes += record.getSerializedSize();
          listener.at(count, bytes);
        }
      }
      SortedMap<String, Long> sent = running.counts();
      ImportResponse response = running.finish();
      return new Outcome(sent, new TreeMap<>(response.getCountsMap()), response.getExpired());
    }
  }
}
