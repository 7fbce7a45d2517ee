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
import dev.kryonix.messaging.snapshot.Definitions.Binding;
import dev.kryonix.messaging.snapshot.Definitions.Queue;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A tenant's queues and bindings for the backup service.
 *
 * <p>Messages are not part of it. They cannot be read from a queue without being delivered, which
 * would cost their order and count as an attempt; and a restore must not take away what has come
 * since. So an import adds the queues and bindings that are missing, and leaves every queue that
 * exists with what it holds.
 */
@Singleton
final class MessagingSnapshots implements SnapshotStore {
  private static final Comparator<Record> BY_KEY =
      Comparator.comparing(Record::getKey, ByteString.unsignedLexicographicalComparator());

  private final Definitions definitions;
  private final InstantSource clock;

  MessagingSnapshots(Definitions definitions, InstantSource clock) {
    this.definitions = definitions;
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
    return new Export(
        Stream.concat(bindings, queues).filter(selection::has).toList().iterator(), time);
  }

  @Override
  public SnapshotImport begin(ImportTarget target) {
    return new Import(target.tenant());
  }

  private record Export(Iterator<Record> records, Instant time) implements SnapshotExport {
    @Override
    public String position() {
      return "";
    }

    @Override
    public boolean hasNext() {
      return records.hasNext();
    }

    @Override
    public Record next() {
      return records.next();
    }

    @Override
    public void close() {}
  }

  /** Definitions are few (the plan bounds the queues), so they are staged in memory. */
  private final class Import implements SnapshotImport {
    private final TenantId tenant;
    private final List<Queue> queues = new ArrayList<>();
    private final List<Binding> bindings = new ArrayList<>();

    Import(TenantId tenant) {
      this.tenant = tenant;
    }

    @Override
    public void accept(Record record) {
      switch (record.getCollection()) {
        case DefinitionRecords.QUEUES -> queues.add(DefinitionRecords.queue(record));
        case DefinitionRecords.BINDINGS -> bindings.add(DefinitionRecords.binding(record));
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
    }

    @Override
    public void close() {}
  }
}
