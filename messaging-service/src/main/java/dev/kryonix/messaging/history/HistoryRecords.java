package dev.kryonix.messaging.history;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.payload.Portable;
import dev.kryonix.messaging.topology.HistoryRules;
import dev.kryonix.messaging.topology.Operations;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tenant's history as snapshot records: the key is the offset as 8 bytes, the value the message.
 * A record ends with its module's retention, as the message does in the history.
 */
@Singleton
public final class HistoryRecords {
  /** The records' collection. */
  public static final String COLLECTION = "history";

  private static final Logger LOG = LoggerFactory.getLogger(HistoryRecords.class);
  private static final long LOOK_MILLIS = 1000;
  private static final int IDS_AT_ONCE = 500;

  private final Histories histories;
  private final HistoryRules rules;
  private final Operations operations;
  private final Portable portable;

  HistoryRecords(
      Histories histories, HistoryRules rules, Operations operations, Portable portable) {
    this.histories = histories;
    this.rules = rules;
    this.operations = operations;
    this.portable = portable;
  }

  /** Where the tenant's history ends just now; empty when it has none. */
  public OptionalLong end(TenantView tenant) throws InterruptedException {
    if (!rules.keeps(tenant)) {
      return OptionalLong.empty();
    }
    Histories.Present present = histories.present(tenant);
    present.reader().close();
    return OptionalLong.of(present.offset());
  }

  /** Whether the tenant's plan has a history. */
  public boolean isKept(TenantView tenant) {
    return rules.keeps(tenant);
  }

  /** What is appended after an offset, or from the beginning after a negative one. */
  public HistoryTail follow(long after) {
    return new HistoryTail(this, after);
  }

  /** Whether the tenant has a history just now, which can be read. */
  boolean exists(TenantView tenant) {
    return rules.keeps(tenant) && tenant.serving() == Serving.SERVING && histories.exists(tenant);
  }

  HistoryReader open(TenantView tenant, long from) {
    return histories.open(tenant, new Position.Offset(from));
  }

  /** The records of one reading, which is closed when it is done. */
  public interface Reading extends Iterator<Record>, AutoCloseable {
    @Override
    void close();
  }

  /** What the history has from an offset on and before another. */
  public Reading read(TenantView tenant, long from, long end) {
    return new Records(tenant, from, end);
  }

  /** The offset of a record's key. */
  public static long offset(ByteString key) {
    return key.size() == Long.BYTES ? key.asReadOnlyByteBuffer().getLong() : -1;
  }

  /** Hands over the ids of all messages that the history has now, some at a time. */
  public void ids(TenantView tenant, Consumer<List<String>> to) throws InterruptedException {
    long end = end(tenant).orElse(0);
    List<String> ids = new ArrayList<>();
    try (Entries entries = new Entries(tenant, 0, end)) {
      for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
        ids.add(entry.id());
        if (ids.size() == IDS_AT_ONCE) {
          to.accept(ids);
          ids.clear();
        }
      }
    }
    if (!ids.isEmpty()) {
      to.accept(ids);
    }
  }

  /** The message of a record, sealed for the tenant, as the history is to have it. */
  public Packed restored(TenantView tenant, Record record) {
    return Envelope.restored(portable.read(tenant, record.getValue().asReadOnlyByteBuffer()));
  }

  /** The entries of a history before an end, without marks. */
  private final class Entries implements AutoCloseable {
    private final HistoryReader reader;
    private final long end;
    private boolean ended;

    Entries(TenantView tenant, long from, long end) {
      this.end = end;
      this.reader = histories.open(tenant, new Position.Offset(from));
    }

    /** The next; null at the end. */
    @Nullable Entry next() throws InterruptedException {
      while (!ended) {
        Entry entry = reader.next(LOOK_MILLIS);
        if (entry == null) {
          if (!reader.isOpen()) {
            throw BrokerErrors.unavailable(new IllegalStateException("the reader was closed"));
          }
          continue;
        }
        ended = entry.offset() >= end;
        if (!ended && !entry.queue().isEmpty()) {
          return entry;
        }
      }
      return null;
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  private final class Records implements Reading {
    private final TenantView tenant;
    private final Entries entries;
    private @Nullable Record next;
    private boolean ended;

    Records(TenantView tenant, long from, long end) {
      this.tenant = tenant;
      this.entries = new Entries(tenant, from, end);
    }

    @Override
    public boolean hasNext() {
      try {
        while (next == null && !ended) {
          Entry entry = entries.next();
          ended = entry == null;
          next = entry == null ? null : record(tenant, entry).orElse(null);
        }
        return next != null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw BrokerErrors.unavailable(e);
      }
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
      entries.close();
    }
  }

  /** The record of a message; empty when it does not open. */
  Optional<Record> record(TenantView tenant, Entry entry) {
    String queue = entry.queue();
    String module = queue.substring(0, Math.max(0, queue.indexOf('.')));
    Instant end = entry.time().plus(operations.retention(module));
    try {
      return Optional.of(
          Record.newBuilder()
              .setCollection(COLLECTION)
              .setKey(
                  ByteString.copyFrom(
                      ByteBuffer.allocate(Long.BYTES).putLong(entry.offset()).flip()))
              .setValue(ByteString.copyFrom(portable.of(tenant, bare(entry), entry.body())))
              .setModule(module)
              .setExpireTime(
                  Timestamp.newBuilder().setSeconds(end.getEpochSecond()).setNanos(end.getNano()))
              .build());
    } catch (PayloadCorruptException e) {
      LOG.warn(
          "message {} in the history of tenant {} {}; it is not backed up",
          entry.id(),
          tenant.id(),
          e.getMessage());
      return Optional.empty();
    }
  }

  /** The properties without what the broker has added. */
  private static com.rabbitmq.client.AMQP.BasicProperties bare(Entry entry) {
    var headers = new java.util.HashMap<>(entry.properties().getHeaders());
    headers.keySet().removeIf(name -> name.startsWith("x-"));
    return entry.properties().builder().headers(headers).build();
  }
}
