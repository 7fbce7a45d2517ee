package dev.kryonix.messaging.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.SnapshotImport;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.deadletter.DeadLetterRecords;
import dev.kryonix.messaging.history.HistoryRecords;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.schedule.ScheduleRecords;
import dev.kryonix.messaging.snapshot.Definitions.Binding;
import dev.kryonix.messaging.snapshot.Definitions.Queue;
import dev.kryonix.messaging.snapshot.ImportStore.Claim;
import dev.kryonix.messaging.snapshot.ImportStore.Row;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Takes imports in: everything is staged, then switched in one transaction, then put back. */
@Singleton
final class Importing {
  /** Of the records: 2 has messages, 1 had none. */
  static final int FORMAT = 2;

  private static final int ROWS_AT_ONCE = 200;
  private static final int BYTES_AT_ONCE = 4 * 1024 * 1024;

  private final Definitions definitions;
  private final ScheduleRecords schedules;
  private final DeadLetterRecords deadLetters;
  private final HistoryRecords histories;
  private final QueuedRecords queued;
  private final ImportStore store;
  private final Homecoming homecoming;

  Importing(
      Definitions definitions,
      ScheduleRecords schedules,
      DeadLetterRecords deadLetters,
      HistoryRecords histories,
      QueuedRecords queued,
      ImportStore store,
      Homecoming homecoming) {
    this.definitions = definitions;
    this.schedules = schedules;
    this.deadLetters = deadLetters;
    this.histories = histories;
    this.queued = queued;
    this.store = store;
    this.homecoming = homecoming;
  }

  SnapshotImport begin(TenantView tenant, String importId) {
    return new Import(tenant, importId, UUID.randomUUID());
  }

  /** Definitions are few (the plan bounds the queues), so they are staged in memory. */
  private final class Import implements SnapshotImport {
    private final TenantView tenant;
    private final Owner owner;
    private final String importId;
    private final UUID id;
    private final List<Queue> queues = new ArrayList<>();
    private final List<Binding> bindings = new ArrayList<>();
    private final ScheduleRecords.Import scheduled;
    private final DeadLetterRecords.Import dead;
    private final List<Row> rows = new ArrayList<>();
    private int bytes;
    private boolean staged;
    private boolean switched;

    Import(TenantView tenant, String importId, UUID id) {
      this.tenant = tenant;
      this.owner = Owner.of(tenant);
      this.importId = importId;
      this.id = id;
      this.scheduled = schedules.begin(tenant, id);
      this.dead = deadLetters.begin(tenant, id);
    }

    @Override
    public void accept(Record record) {
      switch (record.getCollection()) {
        case DefinitionRecords.QUEUES -> queues.add(DefinitionRecords.queue(record));
        case DefinitionRecords.BINDINGS -> bindings.add(DefinitionRecords.binding(record));
        case ScheduleRecords.COLLECTION -> {
          staged = true;
          scheduled.stage(record);
        }
        case DeadLetterRecords.COLLECTION -> {
          staged = true;
          dead.stage(record);
        }
        case HistoryRecords.COLLECTION -> stage(record, "", histories.restored(tenant, record));
        case QueuedRecords.COLLECTION -> {
          QueuedRecords.Restored message = queued.restored(tenant, record);
          stage(record, message.queue(), message.packed());
        }
        default ->
            throw CommonErrors.invalidField(
                "record.collection", "'" + record.getCollection() + "' is not of this source");
      }
    }

    private void stage(Record record, String queue, Packed packed) {
      rows.add(new Row(record.getCollection(), record.getKey().toByteArray(), queue, packed));
      bytes += packed.body().length;
      if (rows.size() >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE) {
        write();
      }
    }

    private void write() {
      if (!rows.isEmpty()) {
        staged = true;
        store.stage(owner, id, rows);
        rows.clear();
        bytes = 0;
      }
    }

    @Override
    public void commit(ImportReceipt receipt) {
      write();
      List<String> existing = definitions.queues(tenant.id()).stream().map(Queue::name).toList();
      queues.stream()
          .filter(queue -> !existing.contains(queue.name()))
          .forEach(queue -> definitions.declare(tenant.id(), queue));
      // Binding again what is bound changes nothing.
      bindings.forEach(binding -> definitions.bind(tenant.id(), binding));
      Optional<Claim> claim =
          store.commit(
              owner,
              importId,
              id,
              receipt,
              tx -> {
                scheduled.commit(tx);
                dead.commit(tx);
              });
      switched = claim.isPresent();
      try {
        if (claim.isPresent()) {
          homecoming.run(claim.get());
        }
      } catch (InterruptedException e) {
        // Another process goes on with it.
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      if (staged && !switched) {
        scheduled.drop();
        dead.drop();
        store.drop(owner, id);
      }
    }
  }
}
