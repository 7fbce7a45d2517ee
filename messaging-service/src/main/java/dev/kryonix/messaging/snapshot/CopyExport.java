package dev.kryonix.messaging.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.snapshot.v1.RecordKey;
import dev.kryonix.kit.snapshot.SnapshotExport;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.history.HistoryRecords;
import java.time.Instant;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads a copy to its end, after a record or from the beginning. */
final class CopyExport implements SnapshotExport {
  private final String position;
  private final Copy copy;
  private final Reading reading;
  private @Nullable Record next;
  private boolean ended;

  /**
   * How a copy is read.
   *
   * @param tenant whose it is
   * @param after the last record that is known; empty for none
   * @param selection what is wanted
   * @param histories reads the history
   * @param onClose is run when nobody reads any more
   */
  record Reading(
      TenantView tenant,
      RecordKey after,
      Predicate<Record> selection,
      HistoryRecords histories,
      Runnable onClose) {}

  private enum Stage {
    BEFORE_HISTORY,
    HISTORY,
    AFTER_HISTORY
  }

  private Stage stage = Stage.BEFORE_HISTORY;
  private Iterator<Record> records;
  private HistoryRecords.@Nullable Reading history;

  CopyExport(String position, Copy copy, Reading reading) {
    this.position = position;
    this.copy = copy;
    this.reading = reading;
    this.records = copy.beforeHistory();
  }

  @Override
  public String position() {
    return position;
  }

  @Override
  public Instant time() {
    return copy.time();
  }

  @Override
  public boolean hasNext() {
    while (next == null && !ended) {
      if (records.hasNext()) {
        Record record = records.next();
        next = isAfter(record) && reading.selection().test(record) ? record : null;
      } else {
        goOn();
      }
    }
    return next != null;
  }

  @Override
  public Record next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    Record record = next;
    next = null;
    return record;
  }

  @Override
  public void close() {
    closeHistory();
    reading.onClose().run();
  }

  private void goOn() {
    switch (stage) {
      case BEFORE_HISTORY -> {
        stage = Stage.HISTORY;
        if (copy.historyEnd().isPresent() && !isPast(HistoryRecords.COLLECTION)) {
          HistoryRecords.Reading opened =
              reading.histories().read(reading.tenant(), start(), copy.historyEnd().getAsLong());
          history = opened;
          records = opened;
        }
      }
      case HISTORY -> {
        closeHistory();
        stage = Stage.AFTER_HISTORY;
        records = copy.afterHistory();
      }
      case AFTER_HISTORY -> ended = true;
    }
  }

  private void closeHistory() {
    HistoryRecords.Reading open = history;
    history = null;
    if (open != null) {
      open.close();
    }
  }

  private long start() {
    return reading.after().getCollection().equals(HistoryRecords.COLLECTION)
        ? HistoryRecords.offset(reading.after().getKey()) + 1
        : 0;
  }

  private boolean isPast(String collection) {
    return reading.after().getCollection().compareTo(collection) > 0;
  }

  private boolean isAfter(Record record) {
    RecordKey after = reading.after();
    int byCollection = record.getCollection().compareTo(after.getCollection());
    return byCollection > 0
        || (byCollection == 0
            && ByteString.unsignedLexicographicalComparator()
                    .compare(record.getKey(), after.getKey())
                > 0);
  }
}
