package dev.kryonix.messaging.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.ImportTarget;
import dev.kryonix.kit.snapshot.Selection;
import dev.kryonix.kit.snapshot.SnapshotExport;
import dev.kryonix.kit.snapshot.SnapshotImport;
import dev.kryonix.kit.snapshot.SnapshotStore;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.schedule.ScheduleRecords;
import dev.kryonix.messaging.snapshot.Definitions.Binding;
import dev.kryonix.messaging.snapshot.Definitions.Queue;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A tenant's queues, bindings and scheduled messages for the backup service.
 *
 * <p>Messages in queues are not part of it. They cannot be read from a queue without being
 * delivered, which would cost their order and count as an attempt; and a restore must not take away
 * what has come since. So an import adds the queues, bindings and scheduled messages that are
 * missing, and leaves every queue that exists with what it holds.
 */
@Singleton
final class MessagingSnapshots implements SnapshotStore {
  private static final Comparator<Record> BY_KEY =
      Comparator.comparing(Record::getKey, ByteString.unsignedLexicographicalComparator());

  private final Definitions definitions;
  private final ScheduleRecords schedules;
  private final TenantDirectory tenants;
  private final InstantSource clock;

  MessagingSnapshots(
      Definitions definitions,
      ScheduleRecords schedules,
      TenantDirectory tenants,
      InstantSource clock) {
    this.definitions = definitions;
    this.schedules = schedules;
    this.tenants = tenants;
    this.clock = clock;
  }

  @Override
  public String source() {
    return "messaging";
  }

  @Override
  public int format() {
    return DefinitionRecords.FORMAT;
  }

  @Override
  public SnapshotExport open(TenantId tenant, TenantUid uid, Selection selection) {
    Instant time = clock.instant();
    Stream<Record> bindings =
        definitions.bindings(tenant).stream().map(DefinitionRecords::record).sorted(BY_KEY);
    Stream<Record> queues =
        definitions.queues(tenant).stream().map(DefinitionRecords::record).sorted(BY_KEY);
    Iterator<Record> definitionsOnly =
        Stream.concat(bindings, queues).filter(selection::has).toList().iterator();
    Iterator<Record> waiting =
        selection.hasCollection(ScheduleRecords.COLLECTION)
            ? schedules.export(require(tenant, uid))
            : Collections.emptyIterator();
    // Collections come in the order of their names.
    return new Export(
        definitionsOnly,
        StreamSupport.stream(Spliterators.spliteratorUnknownSize(waiting, 0), false)
            .filter(selection::has)
            .iterator(),
        time);
  }

  @Override
  public SnapshotImport begin(ImportTarget target) {
    return new Import(target.tenant(), schedules.begin(require(target.tenant(), target.uid())));
  }

  private TenantView require(TenantId tenant, TenantUid uid) {
    return tenants
        .find(tenant, uid)
        .orElseThrow(() -> CommonErrors.notFound("tenant", tenant.value()));
  }

  private record Export(Iterator<Record> definitions, Iterator<Record> scheduled, Instant time)
      implements SnapshotExport {
    @Override
    public String position() {
      return "";
    }

    @Override
    public boolean hasNext() {
      return definitions.hasNext() || scheduled.hasNext();
    }

    @Override
    public Record next() {
      return definitions.hasNext() ? definitions.next() : scheduled.next();
    }

    @Override
    public void close() {}
  }

  /** Definitions are few (the plan bounds the queues), so they are staged in memory. */
  private final class Import implements SnapshotImport {
    private final TenantId tenant;
    private final List<Queue> queues = new ArrayList<>();
    private final List<Binding> bindings = new ArrayList<>();
    private boolean staged;

    private final ScheduleRecords.Import scheduled;

    Import(TenantId tenant, ScheduleRecords.Import scheduled) {
      this.tenant = tenant;
      this.scheduled = scheduled;
    }

    @Override
    public void accept(Record record) {
      switch (record.getCollection()) {
        case DefinitionRecords.QUEUES -> queues.add(DefinitionRecords.queue(record));
        case DefinitionRecords.BINDINGS -> bindings.add(DefinitionRecords.binding(record));
        case ScheduleRecords.COLLECTION -> {
          scheduled.stage(record);
          staged = true;
        }
        default ->
            throw CommonErrors.invalidField(
                "record.collection", "'" + record.getCollection() + "' is not of this source");
      }
    }

    @Override
    public void commit(ImportReceipt receipt) {
      List<String> existing = definitions.queues(tenant).stream().map(Queue::name).toList();
      queues.stream()
          .filter(queue -> !existing.contains(queue.name()))
          .forEach(queue -> definitions.declare(tenant, queue));
      // Binding again what is bound changes nothing.
      bindings.forEach(binding -> definitions.bind(tenant, binding));
      if (staged) {
        scheduled.commit();
        staged = false;
      }
    }

    @Override
    public void close() {
      if (staged) {
        scheduled.drop();
      }
    }
  }
}
