package dev.kryonix.messaging.schedule;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.ScheduledMessage;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.payload.PayloadCorruptException;
import dev.kryonix.messaging.payload.Vault;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.schedule.StagedStore.Kept;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scheduled messages as snapshot records: the key is the schedule id, the value the
 * ScheduledMessage and the PublishRequest that is kept, each with its length before it. The content
 * is not sealed in a record: backups are sealed under keys of their own, and outlive the tenant's.
 * A record ends when its message is due, so a restore sends no reminder of the past.
 */
@Singleton
public final class ScheduleRecords {
  /** The records' collection. */
  public static final String COLLECTION = "scheduled";

  private static final Logger LOG = LoggerFactory.getLogger(ScheduleRecords.class);
  private static final int AT_ONCE = 20;

  private final StagedStore store;
  private final Vault vault;

  ScheduleRecords(StagedStore store, Vault vault) {
    this.store = store;
    this.vault = vault;
  }

  /** What waits, in the order of the keys. */
  public Iterator<Record> export(TenantView tenant) {
    return new Export(tenant);
  }

  /** A restore of scheduled messages: nothing is seen of it before it is committed. */
  public final class Import {
    private final TenantView tenant;
    private final UUID id;

    private Import(TenantView tenant, UUID id) {
      this.tenant = tenant;
      this.id = id;
    }

    /** Stages a message. */
    public void stage(Record record) {
      ByteArrayInputStream in = new ByteArrayInputStream(record.getValue().toByteArray());
      try {
        ScheduledMessage about = ScheduledMessage.parseDelimitedFrom(in);
        PublishRequest content = PublishRequest.parseDelimitedFrom(in);
        if (about == null || content == null || !about.getScheduleId().equals(key(record))) {
          throw malformed();
        }
        byte[] sealed =
            vault.seal(tenant, Schedules.PLACE, about.getMessageId(), content.toByteArray());
        store.stage(Owner.of(tenant), id, new Kept(scheduled(about), sealed));
      } catch (IOException e) {
        throw malformed();
      }
    }

    /** Lets what is staged wait for its time; an id that is known stays as it is. */
    public void commit(Tx tx) throws SQLException {
      store.commit(tx, Owner.of(tenant), id);
    }

    /** Forgets what is staged. */
    public void drop() {
      store.drop(Owner.of(tenant), id);
    }
  }

  /** Begins a restore. */
  public Import begin(TenantView tenant, UUID id) {
    return new Import(tenant, id);
  }

  /** The record that a change of that place in the log has put; empty when it cannot be opened. */
  public Optional<Record> changed(TenantView tenant, long place) {
    return store.changed(Owner.of(tenant), place).flatMap(kept -> record(tenant, kept));
  }

  private static String key(Record record) {
    return record.getKey().toStringUtf8();
  }

  private static RuntimeException malformed() {
    return CommonErrors.invalidField("record.value", "not a scheduled message of format 1");
  }

  private static Scheduled scheduled(ScheduledMessage about) {
    return new Scheduled(
        about.getScheduleId(),
        about.getMessageId(),
        about.getModule(),
        about.getOperation(),
        about.getAttributesMap(),
        about.getSizeBytes(),
        instant(about.getDeliverAt()),
        instant(about.getCreateTime()),
        "");
  }

  private static Instant instant(com.google.protobuf.Timestamp timestamp) {
    if (!Timestamps.isValid(timestamp)) {
      throw malformed();
    }
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  /** Reads a few at a time. */
  private final class Export implements Iterator<Record> {
    private final TenantView tenant;
    private final Queue<Record> read = new ArrayDeque<>();
    private String last = "";
    private boolean ended;

    Export(TenantView tenant) {
      this.tenant = tenant;
    }

    @Override
    public boolean hasNext() {
      while (read.isEmpty() && !ended) {
        var page = store.after(Owner.of(tenant), last, AT_ONCE);
        ended = page.size() < AT_ONCE;
        for (Kept kept : page) {
          last = kept.about().id();
          record(tenant, kept).ifPresent(read::add);
        }
      }
      return !read.isEmpty();
    }

    @Override
    public Record next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return read.remove();
    }
  }

  private Optional<Record> record(TenantView tenant, Kept kept) {
    Scheduled about = kept.about();
    try {
      PublishRequest content =
          PublishRequest.parseFrom(
              vault.open(tenant, Schedules.PLACE, about.messageId(), kept.sealed()));
      ScheduledMessage message = ScheduleEndpoint.message(about);
      ByteArrayOutputStream value = new ByteArrayOutputStream();
      message.writeDelimitedTo(value);
      content.writeDelimitedTo(value);
      return Optional.of(
          Record.newBuilder()
              .setCollection(COLLECTION)
              .setKey(ByteString.copyFromUtf8(about.id()))
              .setValue(ByteString.copyFrom(value.toByteArray()))
              .setModule(about.module())
              .setExpireTime(message.getDeliverAt())
              .build());
    } catch (PayloadCorruptException | InvalidProtocolBufferException e) {
      LOG.error("scheduled message {} of tenant {} is not backed up", about.id(), tenant.id(), e);
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("an array takes what is written", e);
    }
  }
}
