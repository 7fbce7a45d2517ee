package dev.kryonix.cache.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Change;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.snapshot.ChangeTail;
import dev.kryonix.kit.snapshot.SnapshotExport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whoever holds a copy of a tenant's records: an export, and the changes since. */
final class Follower {
  private final Map<Id, Record> records = new HashMap<>();
  private final List<Change> told = new ArrayList<>();
  private String position;
  private Instant closed = Instant.MIN;

  /** One record's place. */
  record Id(String collection, ByteString key) {
    static Id of(Record record) {
      return new Id(record.getCollection(), record.getKey());
    }
  }

  /** Takes an export, and does something else after each record of it. */
  Follower(SnapshotExport export, Runnable meanwhile) {
    position = export.position();
    while (export.hasNext()) {
      Record record = export.next();
      records.put(Id.of(record), record);
      meanwhile.run();
    }
  }

  /** Where it is to go on. */
  String position() {
    return position;
  }

  /** All that it was told since the export. */
  List<Change> told() {
    return List.copyOf(told);
  }

  /** Takes what is told next, and checks that it keeps what was promised. */
  void read(ChangeTail tail) throws InterruptedException {
    ChangeTail.Batch batch = tail.next(Duration.ofMillis(50));
    for (Change change : batch.changes()) {
      var at = change.getCommitTime();
      assertThat(Instant.ofEpochSecond(at.getSeconds(), at.getNanos()))
          .as("a time that was closed has no more changes")
          .isAfter(closed);
      if (change.hasPut()) {
        records.put(Id.of(change.getPut()), change.getPut());
      } else {
        records.remove(new Id(change.getDelete().getCollection(), change.getDelete().getKey()));
      }
      position = change.getPosition();
      told.add(change);
    }
    closed = batch.closed().orElse(closed);
  }

  /** What it takes for the tenant's records now: an end of its own needs no telling. */
  Map<Id, Record> now() {
    Map<Id, Record> living = new HashMap<>(records);
    living.values().removeIf(Follower::hasEnded);
    return living;
  }

  static boolean hasEnded(Record record) {
    return record.hasExpireTime()
        && record.getExpireTime().getSeconds() <= Instant.now().getEpochSecond();
  }
}
